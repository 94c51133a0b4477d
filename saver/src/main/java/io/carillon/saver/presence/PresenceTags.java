package io.carillon.saver.presence;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/** Of which users an app wants to be told: all, or those with one of its tags. */
@FunctionalInterface
public interface PresenceTags {
    /** The app's tags, as this saver knows them; empty: all users are meant. */
    Set<String> of(String app);

    /** Those of the users who are meant, by the tags that are committed, and by this transaction's own. */
    default Set<String> meant(Connection connection, String app, Collection<String> users) throws SQLException {
        Set<String> tags = of(app);
        if (tags.isEmpty() || users.isEmpty()) {
            return Set.copyOf(users);
        }
        Set<String> meant = new HashSet<>();
        try (PreparedStatement read =
                connection.prepareStatement("SELECT DISTINCT user FROM label WHERE app = ? AND kind = 0 AND user IN ("
                        + marks(users.size()) + ") AND label IN (" + marks(tags.size()) + ")")) {
            int at = 1;
            read.setBytes(at++, bytes(app));
            for (String user : users) {
                read.setBytes(at++, bytes(user));
            }
            for (String tag : tags) {
                read.setBytes(at++, bytes(tag));
            }
            try (ResultSet rows = read.executeQuery()) {
                while (rows.next()) {
                    meant.add(new String(rows.getBytes(1), StandardCharsets.UTF_8));
                }
            }
        }
        return meant;
    }

    private static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
