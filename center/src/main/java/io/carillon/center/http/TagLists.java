package io.carillon.center.http;

import java.util.List;

/** Lists of tags, or of other names of the same form, in a body. */
final class TagLists {
    /** As many as a user may have. */
    private static final int TAGS_MAX = 100;

    private TagLists() {}

    /** The tags of a field, each once; none where it is absent. */
    static List<String> read(JsonFields fields, String field) {
        return read(fields, field, TAGS_MAX);
    }

    static List<String> read(JsonFields fields, String field, int max) {
        List<String> names = fields.texts(field, max);
        if (names == null) {
            return List.of();
        }
        if (names.isEmpty()) {
            throw fields.invalid(field, "none (expected: 1 to " + max + ", or absent)");
        }
        for (int i = 0; i < names.size(); i++) {
            // A tag is as long as a user's name may be, and as clean.
            String defect = UserNames.defect(names.get(i));
            if (defect != null) {
                throw fields.invalid(field + "[" + i + "]", defect);
            }
        }
        return names.stream().distinct().toList();
    }
}
