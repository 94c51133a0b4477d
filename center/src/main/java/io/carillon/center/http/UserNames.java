package io.carillon.center.http;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What may be the name of a user: 1 to 64 bytes of UTF-8 without control characters. */
final class UserNames {
    static final int BYTES_MAX = 64;

    private UserNames() {}

    /** What is wrong with the name; null for nothing. */
    static @Nullable String defect(String user) {
        int bytes = user.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < 1 || bytes > BYTES_MAX) {
            return bytes + " bytes (expected: 1 to " + BYTES_MAX + " bytes of UTF-8)";
        }
        if (user.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
            return "a control character (expected: none)";
        }
        return null;
    }

    /** The name out of a path. */
    static String checked(String user) {
        String defect = defect(user);
        if (defect != null) {
            throw new ProblemException(Problem.field(ProblemCode.INVALID_FIELD, "user", defect));
        }
        return user;
    }
}
