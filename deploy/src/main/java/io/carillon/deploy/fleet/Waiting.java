package io.carillon.deploy.fleet;

import io.carillon.deploy.fleet.FleetState.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Waits for processes to be ready or gone, within bounds, and says how far it is. */
final class Waiting {
    private static final long POLL_MS = 100;

    private final Progress progress;

    Waiting(Progress progress) {
        this.progress = progress;
    }

    /** @throws FleetException if one ends or the time is over; with the end of its log */
    void untilReady(List<Member> members, Duration limit) throws FleetException, InterruptedException {
        long startedNs = System.nanoTime();
        List<Member> missing = new ArrayList<>(members);
        try (Health health = new Health()) {
            while (true) {
                for (Member member : List.copyOf(missing)) {
                    if (!member.alive()) {
                        throw new FleetException(
                                member.name() + " ended while it was starting. " + Launcher.tail(member));
                    }
                    if (health.ready(member)) {
                        missing.remove(member);
                    }
                }
                progress.counting("ready: " + (members.size() - missing.size()) + " of " + members.size());
                if (missing.isEmpty()) {
                    progress.step("ready: " + names(members) + " ("
                            + elapsed(startedNs).toMillis() / 1000.0 + " s)");
                    return;
                }
                if (elapsed(startedNs).compareTo(limit) > 0) {
                    Member first = missing.getFirst();
                    throw new FleetException(names(missing) + ": not ready after " + limit.toSeconds() + " s. "
                            + health.reasons(first) + " " + Launcher.tail(first));
                }
                Thread.sleep(POLL_MS);
            }
        }
    }

    /** Those that are still there when the time is over. */
    List<Member> untilGone(List<Member> members, Duration limit) throws InterruptedException {
        long startedNs = System.nanoTime();
        List<Member> there = new ArrayList<>(members);
        while (true) {
            there.removeIf(member -> !member.alive());
            if (there.isEmpty() || elapsed(startedNs).compareTo(limit) > 0) {
                return there;
            }
            Thread.sleep(POLL_MS);
        }
    }

    private static Duration elapsed(long startedNs) {
        return Duration.ofNanos(System.nanoTime() - startedNs);
    }

    private static String names(List<Member> members) {
        return members.stream().map(Member::name).collect(Collectors.joining(", "));
    }
}
