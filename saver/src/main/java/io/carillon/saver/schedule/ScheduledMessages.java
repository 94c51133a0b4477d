package io.carillon.saver.schedule;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.carillon.contract.ScheduledEntry;
import io.carillon.contract.ScheduledPost;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements on single messages of requests for later. Each runs in its caller's transaction. */
public final class ScheduledMessages {
    private static final String POST = "SELECT p.body, p.next_at_ms <> p.due_at_ms FROM scheduled_post p";

    private ScheduledMessages() {}

    private record Found(ScheduledPost post, boolean taken) {}

    static void insert(Connection connection, ScheduledPost post) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT IGNORE INTO scheduled_message (message_id, request_id) VALUES (?, ?)")) {
            for (ScheduledEntry entry : post.getEntriesList()) {
                insert.setBytes(1, entry.getMessageId().toByteArray());
                insert.setBytes(2, post.getRequestId().toByteArray());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    /** Null where it is not kept for later, or not this app's. */
    public static @Nullable ScheduledMessage find(Connection connection, String app, ByteString messageId)
            throws SQLException {
        Found found = ofMessage(connection, messageId, "");
        return found == null ? null : message(found, app, messageId);
    }

    /** The ids of a request's messages that are still kept for later. */
    public static List<ByteString> ofRequest(Connection connection, String app, ByteString requestId)
            throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(POST + " WHERE p.request_id = ? AND p.app = ?")) {
            read.setBytes(1, requestId.toByteArray());
            read.setBytes(2, app.getBytes(StandardCharsets.UTF_8));
            Found found = read(read);
            return found == null
                    ? List.of()
                    : found.post().getEntriesList().stream()
                            .map(ScheduledEntry::getMessageId)
                            .toList();
        }
    }

    /**
     * Takes a message out of its request, unless a center has it.
     *
     * @return as {@link #find} before; where it was not taken it is gone now
     */
    static @Nullable ScheduledMessage remove(Connection connection, String app, ByteString messageId)
            throws SQLException {
        Found found = ofMessage(connection, messageId, " FOR UPDATE");
        ScheduledMessage message = found == null ? null : message(found, app, messageId);
        if (found != null && message != null && !message.taken()) {
            ScheduledPost rest = without(found.post(), messageId);
            if (rest.getEntriesCount() == 0) {
                ScheduleTable.delete(connection, List.of(rest.getRequestId()));
            } else {
                write(connection, rest, messageId);
            }
        }
        return message;
    }

    private static void write(Connection connection, ScheduledPost rest, ByteString removed) throws SQLException {
        byte[] body = rest.toByteArray();
        try (PreparedStatement update = connection.prepareStatement(
                        "UPDATE scheduled_post SET bytes = ?, body = ? WHERE request_id = ?");
                PreparedStatement delete =
                        connection.prepareStatement("DELETE FROM scheduled_message WHERE message_id = ?")) {
            update.setInt(1, body.length);
            update.setBytes(2, body);
            update.setBytes(3, rest.getRequestId().toByteArray());
            update.executeUpdate();
            delete.setBytes(1, removed.toByteArray());
            delete.executeUpdate();
        }
    }

    /** Payload and extension stand in the first entry alone: the next one inherits them. */
    private static ScheduledPost without(ScheduledPost post, ByteString messageId) {
        ScheduledPost.Builder rest = post.toBuilder().clearEntries();
        post.getEntriesList().stream()
                .filter(entry -> !entry.getMessageId().equals(messageId))
                .forEach(rest::addEntries);
        if (rest.getEntriesCount() > 0) {
            rest.getEntriesBuilder(0)
                    .setPayload(post.getEntries(0).getPayload())
                    .setExtension(post.getEntries(0).getExtension());
        }
        return rest.build();
    }

    private static @Nullable Found ofMessage(Connection connection, ByteString messageId, String lock)
            throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(
                POST + " JOIN scheduled_message m ON m.request_id = p.request_id WHERE m.message_id = ?" + lock)) {
            read.setBytes(1, messageId.toByteArray());
            return read(read);
        }
    }

    private static @Nullable Found read(PreparedStatement read) throws SQLException {
        try (ResultSet row = read.executeQuery()) {
            return row.next() ? new Found(ScheduledPost.parseFrom(row.getBytes(1)), row.getBoolean(2)) : null;
        } catch (InvalidProtocolBufferException e) {
            throw new SQLException("a scheduled request's row cannot be read", e);
        }
    }

    private static @Nullable ScheduledMessage message(Found found, String app, ByteString messageId) {
        ScheduledPost post = found.post();
        if (!post.getApp().equals(app)) {
            return null;
        }
        return post.getEntriesList().stream()
                .filter(entry -> entry.getMessageId().equals(messageId))
                .findFirst()
                .map(entry -> new ScheduledMessage(
                        messageId, post.getRequestId(), app, entry.getUser(), post.getSendAtMs(), found.taken()))
                .orElse(null);
    }
}
