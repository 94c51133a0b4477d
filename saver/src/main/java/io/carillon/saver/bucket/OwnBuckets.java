package io.carillon.saver.bucket;

import io.carillon.runtime.bucket.Buckets;
import io.carillon.runtime.bucket.Rendezvous;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The buckets that this saver looks after: its share by rendezvous over the savers' names. A hint: two savers that look
 * after the same bucket, while one came or went, do no harm. Confined to one thread.
 */
public final class OwnBuckets {
    private final Supplier<List<String>> others;
    private final String self;
    private List<String> names = List.of();
    private List<Integer> own = List.of();

    /** @param others names of the other live savers */
    public OwnBuckets(Supplier<List<String>> others, String self) {
        this.others = others;
        this.self = self;
    }

    public List<Integer> list() {
        List<String> now = new ArrayList<>(others.get());
        now.add(self);
        if (!now.equals(names)) {
            int me = now.size() - 1;
            own = IntStream.range(0, Buckets.COUNT)
                    .filter(bucket -> Rendezvous.owner(bucket, now) == me)
                    .boxed()
                    .toList();
            names = now;
        }
        return own;
    }
}
