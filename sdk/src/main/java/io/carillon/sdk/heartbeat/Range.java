package io.carillon.sdk.heartbeat;

/** The intervals that the server allows, seconds. Immutable. */
final class Range {
    /** What no server can leave. */
    static final int FLOOR_SECONDS = 45;

    static final int CEILING_SECONDS = 1_760;

    /** Until a server says another. */
    static final Range DEFAULT = new Range(210, 590);

    final int min;
    final int max;

    private Range(int min, int max) {
        this.min = min;
        this.max = max;
    }

    /** Bounds outside of what can be are moved inside; {@code before} where they make no range at all. */
    static Range of(int min, int max, Range before) {
        if (min <= 0 || max < min) {
            return before;
        }
        int low = Math.max(FLOOR_SECONDS, Math.min(CEILING_SECONDS, min));
        return new Range(low, Math.max(low, Math.min(CEILING_SECONDS, max)));
    }

    /** The longest interval to settle at: what is proven at the end of the range, less the margin. */
    int top() {
        return Math.max(min, max - NetworkSearch.MARGIN_SECONDS);
    }

    int clamp(int seconds) {
        return Math.max(min, Math.min(max, seconds));
    }
}
