package io.carillon.runtime.bucket;

import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Rendezvous hashing: every key ranks all names by a hash of both, and the highest owns it. When a name goes, only its
 * own keys move (Thaler and Ravishankar, 1998).
 */
public final class Rendezvous {
    private Rendezvous() {}

    /** The rank of {@code name} for a bucket, to be compared as unsigned. */
    public static long rank(int bucket, String name) {
        return rank(Integer.toString(bucket), name);
    }

    /** The rank of {@code name} for any key, to be compared as unsigned. */
    public static long rank(String key, String name) {
        return Hashing.xxh3_64().hashBytesToLong((key + '\0' + name).getBytes(StandardCharsets.UTF_8));
    }

    /** Index of the bucket's owner among {@code names}; -1 where there are none. The order of names does not matter. */
    public static int owner(int bucket, List<String> names) {
        int best = -1;
        long bestRank = 0;
        for (int i = 0; i < names.size(); i++) {
            long rank = rank(bucket, names.get(i));
            if (best < 0 || Long.compareUnsigned(rank, bestRank) > 0) {
                best = i;
                bestRank = rank;
            }
        }
        return best;
    }
}
