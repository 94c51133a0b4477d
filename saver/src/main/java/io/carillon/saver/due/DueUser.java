package io.carillon.saver.due;

import io.carillon.contract.UserKey;
import io.carillon.saver.layout.MailboxRecord;
import io.carillon.saver.layout.UserKeys;
import io.carillon.saver.mysql.MessageRow;
import io.carillon.saver.redis.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One mailbox that a look brought.
 *
 * @param deliverable something in it may be sent now
 * @param missing what MySQL does not have, or is not known to have
 */
record DueUser(int bucket, UserKey user, boolean deliverable, List<MessageRow> missing) {
    private static final byte[] NO_COLLAPSE = new byte[8];

    /** Reads the answer of operation D. */
    static List<DueUser> parse(int bucket, Reply reply) {
        List<DueUser> users = new ArrayList<>();
        int at = 1;
        while (at < reply.size()) {
            UserKey user = UserKeys.decode(reply.bytes(at));
            boolean deliverable = reply.number(at + 1) == 1;
            int rows = (int) reply.number(at + 2);
            at += 3;
            List<MessageRow> missing = new ArrayList<>(rows);
            for (int i = 0; i < rows; i++) {
                missing.add(row(bucket, user, MailboxRecord.parse(reply.bytes(at)), reply.bytes(at + 1)));
                at += 2;
            }
            users.add(new DueUser(bucket, user, deliverable, missing));
        }
        return users;
    }

    private static MessageRow row(int bucket, UserKey user, MailboxRecord record, byte[] body) {
        byte[] collapse = Arrays.equals(record.collapse(), NO_COLLAPSE) ? new byte[0] : record.collapse();
        return new MessageRow(
                bucket, record.seq(), record.id(), record.expiresAtMs(), user.getApp(), user.getUser(), collapse, body);
    }
}
