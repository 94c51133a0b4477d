package io.carillon.room.registration;

import io.carillon.contract.Departure;
import io.carillon.contract.WholenessRequest;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;

/**
 * Who left in the last minute. A register that takes a bucket over is told of them, because it never had their sessions:
 * the grace of an absence then counts from when it began, not from when the register found nobody. Confined to the
 * registrar.
 */
final class Departures {
    private static final int REQUEST_BYTES_MAX = 1 << 20;

    private final ArrayDeque<Left> left = new ArrayDeque<>();
    private final long keptNs;
    private final int max;

    private record Left(Session session, long atNs) {}

    /** Of more than the limits say the oldest are forgotten. */
    Departures(RegistrationLimits limits) {
        this.keptNs = limits.departuresKept().toNanos();
        this.max = limits.departuresMax();
    }

    void add(Session session, long nowNs) {
        left.add(new Left(session, nowNs));
        if (left.size() > max) {
            left.remove();
        }
        forgetOld(nowNs);
    }

    /** Those of some buckets; where they are more than a request should hold, the last. */
    void addTo(WholenessRequest.Builder request, BitSet buckets, long nowNs) {
        forgetOld(nowNs);
        int bytes = 0;
        for (Iterator<Left> last = left.descendingIterator(); last.hasNext() && bytes < REQUEST_BYTES_MAX; ) {
            Left one = last.next();
            if (buckets.get(one.session.bucket())) {
                Departure departure = Departure.newBuilder()
                        .setApp(one.session.app())
                        .setUser(one.session.user())
                        .setAgoMs(TimeUnit.NANOSECONDS.toMillis(nowNs - one.atNs))
                        .build();
                bytes += departure.getSerializedSize();
                request.addDepartures(departure);
            }
        }
    }

    private void forgetOld(long nowNs) {
        while (!left.isEmpty() && nowNs - left.getFirst().atNs > keptNs) {
            left.remove();
        }
    }
}
