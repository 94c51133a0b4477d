package io.carillon.dispatcher.http;

import com.linecorp.armeria.common.HttpData;
import io.carillon.dispatcher.choice.Address;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What stands around the addresses in an answer. Immutable. */
public final class AnswerFrame {
    private static final byte[] HEAD = "{\"rooms\":[".getBytes(StandardCharsets.UTF_8);

    private static final byte[] END = "}}".getBytes(StandardCharsets.UTF_8);

    /** Up to where the start value stands. */
    private final byte[] tail;

    private final int minSeconds;
    private final int maxSeconds;
    private final int startSeconds;

    /**
     * @param ttl how long a client may use a list without asking again
     * @param heartbeatMin the shortest interval that a client may choose
     * @param heartbeatMax the longest
     * @param heartbeatStart where it begins on a network of which nothing is known
     */
    public AnswerFrame(Duration ttl, Duration heartbeatMin, Duration heartbeatMax, Duration heartbeatStart) {
        this.tail = ("],\"ttl_seconds\":" + ttl.toSeconds() + ",\"heartbeat\":{\"min_seconds\":"
                        + heartbeatMin.toSeconds() + ",\"max_seconds\":" + heartbeatMax.toSeconds()
                        + ",\"start_seconds\":")
                .getBytes(StandardCharsets.UTF_8);
        this.minSeconds = (int) heartbeatMin.toSeconds();
        this.maxSeconds = (int) heartbeatMax.toSeconds();
        this.startSeconds = (int) heartbeatStart.toSeconds();
    }

    /** @param learnedSeconds where clients on such a network begin; 0: nothing is known */
    HttpData around(Address[] addresses, int learnedSeconds) {
        int told = learnedSeconds == 0 ? startSeconds : Math.clamp(learnedSeconds, minSeconds, maxSeconds);
        byte[] start = Integer.toString(told).getBytes(StandardCharsets.US_ASCII);
        int length = HEAD.length + tail.length + start.length + END.length + Math.max(0, addresses.length - 1);
        for (Address address : addresses) {
            length += address.json().length;
        }
        byte[] body = new byte[length];
        int at = append(body, 0, HEAD);
        for (int i = 0; i < addresses.length; i++) {
            if (i > 0) {
                body[at++] = ',';
            }
            at = append(body, at, addresses[i].json());
        }
        at = append(body, at, tail);
        at = append(body, at, start);
        append(body, at, END);
        return HttpData.wrap(body);
    }

    private static int append(byte[] body, int at, byte[] part) {
        System.arraycopy(part, 0, body, at, part.length);
        return at + part.length;
    }
}
