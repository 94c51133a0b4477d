package io.carillon.saver.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One operation of the script.
 *
 * @param code its letter
 * @param bucket 0 to 4,095: where all keys that it touches live
 * @param args as the script's part says
 */
public record Op(String code, int bucket, List<byte[]> args) {
    /** Arguments may be byte arrays, strings (UTF-8) and whole numbers. */
    public static Op of(String code, int bucket, Object... args) {
        byte[][] encoded = new byte[args.length][];
        for (int i = 0; i < args.length; i++) {
            encoded[i] = args[i] instanceof byte[] bytes
                    ? bytes
                    : String.valueOf(args[i]).getBytes(StandardCharsets.UTF_8);
        }
        return new Op(code, bucket, List.of(encoded));
    }

    int bytes() {
        int bytes = 32;
        for (byte[] arg : args) {
            bytes += arg.length + 8;
        }
        return bytes;
    }
}
