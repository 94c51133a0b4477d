package io.carillon.saver.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What became of one operation.
 *
 * @param values the script's answer; empty unless {@code status} is OK
 * @param error empty where there is none
 */
public record Reply(Status status, List<Object> values, String error) {
    /** How an operation can end. */
    public enum Status {
        /** Applied. */
        OK,
        /** The bucket is not whole: nothing was done. */
        COLD,
        /** Redis did not take it, for certain. */
        REFUSED,
        /** It may have been applied. */
        UNKNOWN
    }

    static Reply of(List<Object> values) {
        if (values.size() == 1 && values.getFirst() instanceof Long code && code == -1) {
            return new Reply(Status.COLD, List.of(), "bucket is not whole");
        }
        return new Reply(Status.OK, values, "");
    }

    static Reply refused(String error) {
        return new Reply(Status.REFUSED, List.of(), error);
    }

    static Reply unknown(String error) {
        return new Reply(Status.UNKNOWN, List.of(), error);
    }

    public boolean ok() {
        return status == Status.OK;
    }

    public int size() {
        return values.size();
    }

    public long number(int index) {
        return (Long) values.get(index);
    }

    public byte[] bytes(int index) {
        return (byte[]) values.get(index);
    }

    public String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }
}
