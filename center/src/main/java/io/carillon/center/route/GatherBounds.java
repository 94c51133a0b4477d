package io.carillon.center.route;

/**
 * How much one call to a peer takes, and how much may wait for the next; what finds no place is left to the due list.
 *
 * @param batchEntriesMax entries of a call
 * @param batchBytesMax bytes of a call; a larger entry goes alone
 * @param waitingEntriesMax entries that wait, for each peer
 * @param waitingBytesMax bytes that wait, for each peer
 */
public record GatherBounds(int batchEntriesMax, long batchBytesMax, int waitingEntriesMax, long waitingBytesMax) {
    public GatherBounds {
        requirePositive("batch-entries-max", batchEntriesMax);
        requirePositive("batch-bytes-max", batchBytesMax);
        requirePositive("waiting-entries-max", waitingEntriesMax);
        requirePositive("waiting-bytes-max", waitingBytesMax);
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
        }
    }
}
