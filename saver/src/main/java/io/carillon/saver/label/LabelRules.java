package io.carillon.saver.label;

import io.carillon.contract.Audience;
import io.carillon.contract.LabelKind;
import io.carillon.contract.LabelsChangeRequest;
import io.carillon.saver.layout.UserKeys;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;

/** What labels have to keep to. Each answers with what is wrong, empty for nothing. */
final class LabelRules {
    /** Of one kind, for one user. */
    static final int LABELS_MAX = 100;

    private static final int BYTES_MAX = 64;

    private LabelRules() {}

    static String problem(LabelsChangeRequest request) {
        String user =
                UserKeys.problem(request.getUser().getApp(), request.getUser().getUser());
        if (!user.isEmpty()) {
            return user;
        }
        if (request.getKind() == LabelKind.UNRECOGNIZED) {
            return "kind: " + request.getKindValue() + " (expected: a tag or an alias)";
        }
        String add = problem("add", request.getAddList());
        if (!add.isEmpty()) {
            return add;
        }
        String remove = problem("remove", request.getRemoveList());
        if (!remove.isEmpty()) {
            return remove;
        }
        HashSet<String> both = new HashSet<>(request.getAddList());
        both.retainAll(new HashSet<>(request.getRemoveList()));
        return both.isEmpty()
                ? ""
                : "remove: " + both.iterator().next() + " is to be added too (expected: one of both)";
    }

    static String problem(Audience audience) {
        for (List<String> tags :
                List.of(audience.getTagsAnyList(), audience.getTagsAllList(), audience.getTagsNoneList())) {
            String problem = problem("tags", tags);
            if (!problem.isEmpty()) {
                return problem;
            }
        }
        return "";
    }

    static String problem(String name, List<String> labels) {
        if (labels.size() > LABELS_MAX) {
            return name + ": " + labels.size() + " (expected: at most " + LABELS_MAX + ")";
        }
        for (String label : labels) {
            int bytes = label.getBytes(StandardCharsets.UTF_8).length;
            if (bytes < 1 || bytes > BYTES_MAX) {
                return name + ": one of " + bytes + " bytes (expected: 1 to " + BYTES_MAX + ")";
            }
            if (label.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
                return name + ": one with a control character (expected: none)";
            }
        }
        return "";
    }

    static String tooMany(LabelKind kind, int count) {
        return (kind == LabelKind.LABEL_KIND_TAG ? "tags: " : "aliases: ") + count + " (expected: at most " + LABELS_MAX
                + " a user)";
    }
}
