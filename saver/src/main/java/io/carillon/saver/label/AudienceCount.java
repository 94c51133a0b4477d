package io.carillon.saver.label;

import io.carillon.contract.Audience;
import io.carillon.contract.LabelKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** How many users with tags an audience means, as a question to MySQL. */
final class AudienceCount {
    private static final int TAG = LabelKind.LABEL_KIND_TAG_VALUE;
    private static final String USERS = "SELECT user FROM label WHERE app = ? AND kind = ?";

    private AudienceCount() {}

    /** @param timeoutSeconds then it fails */
    static long count(Connection connection, String app, Audience audience, int timeoutSeconds) throws SQLException {
        long[] count = new long[1];
        statement(app, audience).query(connection, timeoutSeconds, row -> count[0] = row.getLong(1));
        return count[0];
    }

    /** Begins with the users that the narrowest index range has, and asks the rest for each of them. */
    private static Statement statement(String app, Audience audience) {
        Set<String> all = new LinkedHashSet<>(audience.getTagsAllList());
        Statement count = new Statement().add("SELECT COUNT(*) FROM (" + USERS, app, TAG);
        boolean anyAsked = audience.getTagsAnyCount() == 0;
        if (!all.isEmpty()) {
            count.add(" AND label IN ").in(all).add(" GROUP BY user HAVING COUNT(*) = ?", all.size());
        } else if (!anyAsked) {
            count.add(" AND label IN ").in(distinct(audience.getTagsAnyList())).add(" GROUP BY user");
            anyAsked = true;
        } else {
            count.add(" GROUP BY user");
        }
        count.add(") AS found WHERE TRUE");
        if (!anyAsked) {
            has(count.add(" AND "), app, audience.getTagsAnyList());
        }
        if (audience.getTagsNoneCount() > 0) {
            has(count.add(" AND NOT "), app, audience.getTagsNoneList());
        }
        return count;
    }

    private static void has(Statement count, String app, List<String> tags) {
        count.add("EXISTS (SELECT 1 FROM label AS has WHERE has.app = ? AND has.kind = ?", app, TAG)
                .add(" AND has.user = found.user AND has.label IN ")
                .in(distinct(tags))
                .add(")");
    }

    private static Set<String> distinct(List<String> tags) {
        return new LinkedHashSet<>(tags);
    }
}
