package io.carillon.rpc;

/**
 * How long frames of one connection lay on the way beyond the least that the way takes.
 *
 * <p>A request says how much time it has left, counted from when it was sent. A process that was stopped, or whose
 * event loop was busy, reads it late and would take it for fresh. Sender and receiver have no clock in common; but
 * arrival minus sending, each by its own monotonic clock, is (a constant + the delay), and the least value seen lately is
 * (the constant + the least delay). The difference of the two is the age. That is the base delay of LEDBAT (RFC 6817,
 * section 4.2): the minimum over the current and the previous window, so that drift of the clocks is forgotten, and
 * the first frames after a long pause are still measured by what was seen before it. Event-loop confined.
 */
final class FrameAge {
    private static final long WINDOW_NS = 60_000_000_000L;

    private int previousUs;
    private int currentUs;
    private long windowStartNs;
    private boolean seen;

    /** @return the frame's age in ns, 0 or more */
    long onFrame(int sentUs, long nowNs) {
        // Differences of wrapping 32-bit stamps: right as long as delays stay under half an hour.
        int delayUs = Wire.stampUs(nowNs) - sentUs;
        if (!seen) {
            seen = true;
            previousUs = delayUs;
            currentUs = delayUs;
            windowStartNs = nowNs;
            return 0;
        }
        if (nowNs - windowStartNs > WINDOW_NS) {
            previousUs = currentUs;
            currentUs = delayUs;
            windowStartNs = nowNs;
        } else if (delayUs - currentUs < 0) {
            currentUs = delayUs;
        }
        int baseUs = previousUs - currentUs < 0 ? previousUs : currentUs;
        int ageUs = delayUs - baseUs;
        return ageUs <= 0 ? 0 : ageUs * 1000L;
    }
}
