package io.carillon.saver.layout;

import io.carillon.contract.UserKey;
import java.nio.charset.StandardCharsets;

/** The name of a mailbox inside its bucket: app, a zero byte, user, in UTF-8. */
public final class UserKeys {
    private UserKeys() {}

    public static byte[] encode(String app, String user) {
        return (app + '\0' + user).getBytes(StandardCharsets.UTF_8);
    }

    public static UserKey decode(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        int zero = text.indexOf('\0');
        return UserKey.newBuilder()
                .setApp(text.substring(0, zero))
                .setUser(text.substring(zero + 1))
                .build();
    }

    /** What is wrong with the pair; empty: nothing. */
    public static String problem(String app, String user) {
        if (app.isEmpty() || app.indexOf('\0') >= 0 || app.getBytes(StandardCharsets.UTF_8).length > 64) {
            return "app: " + app + " (expected: 1 to 64 bytes)";
        }
        if (user.isEmpty() || user.indexOf('\0') >= 0 || user.getBytes(StandardCharsets.UTF_8).length > 64) {
            return "user: " + user + " (expected: 1 to 64 bytes)";
        }
        return "";
    }
}
