package io.carillon.saver.label;

import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.contract.LabelsChangeResponse;
import io.carillon.contract.LabelsResponse;
import io.carillon.contract.ResolveRequest;
import io.carillon.contract.ResolveResponse;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The statements on labels. Each runs in its caller's transaction. */
final class LabelTable {
    private static final int TAG = LabelKind.LABEL_KIND_TAG_VALUE;
    private static final int ALIAS = LabelKind.LABEL_KIND_ALIAS_VALUE;

    private LabelTable() {}

    /** What a change came to, and what the app's tags are behind it. */
    record Changed(LabelsChangeResponse response, AppTags tags) {}

    /** The tags of some users, and what their apps' tags were at that moment. */
    record Read(Map<String, AppTags> apps, Map<UserRef, List<String>> tags) {}

    /**
     * An app's changes happen one after another: a user's bound holds, and the app's count of rows is exact.
     *
     * @param lockSeconds how long to wait for the changes before
     */
    static Changed change(Connection connection, LabelsChangeRequest request, int lockSeconds) throws SQLException {
        String app = request.getUser().getApp();
        String user = request.getUser().getUser();
        int kind = request.getKindValue();
        AppTags standing = lock(connection, app, lockSeconds);
        Set<String> before = labels(connection, app, kind, user);
        Set<String> after = request.getReplace() ? new TreeSet<>() : new TreeSet<>(before);
        request.getRemoveList().forEach(after::remove);
        after.addAll(request.getAddList());
        LabelsChangeResponse.Builder response = LabelsChangeResponse.newBuilder();
        if (after.size() > LabelRules.LABELS_MAX) {
            response.setError(LabelRules.tooMany(request.getKind(), after.size()));
            return new Changed(response.setTagsVersion(standing.version()).build(), standing);
        }
        delete(connection, app, kind, user, without(before, after));
        insert(connection, app, kind, user, without(after, before));
        boolean changed = !before.equals(after);
        AppTags now =
                changed && kind == TAG ? raise(connection, app, standing, after.size() - before.size()) : standing;
        response.addAllLabels(after).setChanged(changed).setTagsVersion(now.version());
        return new Changed(response.build(), now);
    }

    /** Drops what a user has. Null where the app never had a label. */
    static @Nullable AppTags forget(Connection connection, String app, String user, int lockSeconds)
            throws SQLException {
        AppTags standing = lockIfThere(connection, app, lockSeconds);
        if (standing == null) {
            return null;
        }
        delete(connection, app, ALIAS, user, labels(connection, app, ALIAS, user));
        Set<String> tags = labels(connection, app, TAG, user);
        delete(connection, app, TAG, user, tags);
        return tags.isEmpty() ? standing : raise(connection, app, standing, -tags.size());
    }

    static LabelsResponse labels(Connection connection, String app, String user) throws SQLException {
        return LabelsResponse.newBuilder()
                .addAllTags(labels(connection, app, TAG, user))
                .addAllAliases(labels(connection, app, ALIAS, user))
                .build();
    }

    static ResolveResponse resolve(Connection connection, ResolveRequest request, int max) throws SQLException {
        Set<String> users = new LinkedHashSet<>();
        if (request.getAliasesCount() > 0) {
            new Statement()
                    .add(
                            "SELECT DISTINCT user FROM label WHERE app = ? AND kind = ? AND label IN ",
                            request.getApp(),
                            ALIAS)
                    .in(new LinkedHashSet<>(request.getAliasesList()))
                    .add(" LIMIT ?", max + 1)
                    .query(connection, row -> users.add(Statement.text(row, 1)));
        }
        return ResolveResponse.newBuilder()
                .addAllUsers(users.stream().limit(max).sorted().toList())
                .setMore(users.size() > max)
                .build();
    }

    static Map<String, AppTags> apps(Connection connection) throws SQLException {
        Map<String, AppTags> apps = new HashMap<>();
        new Statement()
                .add("SELECT app, version, tags FROM label_app")
                .query(
                        connection,
                        row -> apps.put(Statement.text(row, 1), new AppTags(row.getLong(2), row.getLong(3))));
        return apps;
    }

    /** In one statement, which sees one moment: the versions are those of the tags. */
    static Read tags(Connection connection, Collection<UserRef> users) throws SQLException {
        Map<String, Set<String>> byApp = new HashMap<>();
        Map<UserRef, List<String>> tags = new HashMap<>();
        for (UserRef user : users) {
            byApp.computeIfAbsent(user.app(), app -> new LinkedHashSet<>()).add(user.user());
            tags.put(user, new ArrayList<>());
        }
        Map<String, AppTags> apps = new HashMap<>();
        byApp.keySet().forEach(app -> apps.put(app, AppTags.NONE));
        tagsOf(byApp).query(connection, row -> {
            String app = Statement.text(row, 1);
            if (row.getBytes(2) == null) {
                apps.put(app, new AppTags(row.getLong(4), row.getLong(5)));
            } else {
                Objects.requireNonNull(tags.get(new UserRef(app, Statement.text(row, 2))))
                        .add(Statement.text(row, 3));
            }
        });
        return new Read(apps, tags);
    }

    private static Statement tagsOf(Map<String, Set<String>> byApp) {
        Statement read = new Statement()
                .add("SELECT app, NULL AS user, NULL AS label, version, tags FROM label_app WHERE app IN ")
                .in(byApp.keySet())
                .add(" UNION ALL SELECT app, user, label, 0, 0 FROM label WHERE ");
        String or = "";
        for (Map.Entry<String, Set<String>> app : byApp.entrySet()) {
            read.add(or + "(app = ? AND kind = ? AND user IN ", app.getKey(), TAG)
                    .in(app.getValue())
                    .add(")");
            or = " OR ";
        }
        return read;
    }

    // ---- rows ----

    private static AppTags lock(Connection connection, String app, int seconds) throws SQLException {
        AppTags standing = lockIfThere(connection, app, seconds);
        if (standing != null) {
            return standing;
        }
        new Statement()
                .add("INSERT INTO label_app (app, version, tags) VALUES (?, 0, 0)", app)
                .add(" ON DUPLICATE KEY UPDATE version = version")
                .update(connection);
        return Objects.requireNonNull(lockIfThere(connection, app, seconds));
    }

    /** Where another process stands still with the lock, this ends in time, and its connection stays good. */
    private static @Nullable AppTags lockIfThere(Connection connection, String app, int seconds) throws SQLException {
        List<AppTags> found = new ArrayList<>();
        new Statement()
                .add("SELECT version, tags FROM label_app WHERE app = ? FOR UPDATE", app)
                .query(connection, seconds, row -> found.add(new AppTags(row.getLong(1), row.getLong(2))));
        return found.isEmpty() ? null : found.getFirst();
    }

    private static AppTags raise(Connection connection, String app, AppTags before, int rowsMore) throws SQLException {
        AppTags now = new AppTags(before.version() + 1, before.rows() + rowsMore);
        new Statement()
                .add("UPDATE label_app SET version = ?, tags = ? WHERE app = ?", now.version(), now.rows(), app)
                .update(connection);
        return now;
    }

    private static Set<String> labels(Connection connection, String app, int kind, String user) throws SQLException {
        Set<String> labels = new TreeSet<>();
        new Statement()
                .add("SELECT label FROM label WHERE app = ? AND kind = ? AND user = ?", app, kind, user)
                .query(connection, row -> labels.add(Statement.text(row, 1)));
        return labels;
    }

    private static void delete(Connection connection, String app, int kind, String user, Set<String> labels)
            throws SQLException {
        if (!labels.isEmpty()) {
            new Statement()
                    .add("DELETE FROM label WHERE app = ? AND kind = ? AND user = ? AND label IN ", app, kind, user)
                    .in(labels)
                    .update(connection);
        }
    }

    private static void insert(Connection connection, String app, int kind, String user, Set<String> labels)
            throws SQLException {
        if (!labels.isEmpty()) {
            Statement insert = new Statement().add("INSERT INTO label (app, kind, user, label) VALUES ");
            String comma = "";
            for (String label : labels) {
                insert.add(comma + "(?, ?, ?, ?)", app, kind, user, label);
                comma = ", ";
            }
            insert.update(connection);
        }
    }

    private static Set<String> without(Set<String> labels, Set<String> others) {
        Set<String> left = new TreeSet<>(labels);
        left.removeAll(others);
        return left;
    }
}
