package io.carillon.room.broadcast;

import io.carillon.contract.Audience;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who is meant by a broadcast, as far as tags say. Immutable. */
final class Filter {
    private final List<String> any;
    private final List<String> all;
    private final List<String> none;

    Filter(Audience audience) {
        any = List.copyOf(audience.getTagsAnyList());
        all = List.copyOf(audience.getTagsAllList());
        none = List.copyOf(audience.getTagsNoneList());
    }

    boolean needsTags() {
        return !(any.isEmpty() && all.isEmpty() && none.isEmpty());
    }

    /** True where it can be said at all: with a filter, only once the tags are known. */
    boolean canSay(@Nullable Tags tags) {
        return tags != null || !needsTags();
    }

    /** Whether someone with these tags is meant; unknown tags are meant by no filter. */
    boolean matches(@Nullable Tags tags) {
        if (!needsTags()) {
            return true;
        }
        return tags != null
                && (any.isEmpty() || any.stream().anyMatch(tags::has))
                && all.stream().allMatch(tags::has)
                && none.stream().noneMatch(tags::has);
    }
}
