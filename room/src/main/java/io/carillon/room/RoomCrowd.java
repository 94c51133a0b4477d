package io.carillon.room;

import io.carillon.protocol.client.GoAway;
import io.carillon.room.connection.ConnectionLoop;
import io.carillon.room.move.Alternatives;
import io.carillon.room.move.Crowd;
import io.carillon.room.move.MoveLimits;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The connections of all loops, for moves. Each loop gets one task for its part of a batch. Thread-safe. */
final class RoomCrowd implements Crowd {
    private static final String REASON = "the room asks you to connect to another one";

    private final Gateway gateway;
    private final Alternatives alternatives;
    private final long delayMsMax;

    RoomCrowd(Gateway gateway, Alternatives alternatives, MoveLimits limits) {
        this.gateway = gateway;
        this.alternatives = alternatives;
        this.delayMsMax = limits.delayMax().toMillis();
    }

    @Override
    public void ids(Consumer<long[]> to) {
        List<ConnectionLoop> loops = gateway.loops();
        long[][] parts = new long[loops.size()][];
        AtomicInteger open = new AtomicInteger(parts.length);
        for (int i = 0; i < parts.length; i++) {
            int part = i;
            ConnectionLoop loop = loops.get(i);
            loop.loop().execute(() -> {
                parts[part] = loop.sessionIds();
                if (open.decrementAndGet() == 0) {
                    to.accept(Arrays.stream(parts).flatMapToLong(Arrays::stream).toArray());
                }
            });
        }
    }

    @Override
    public void ask(long[] ids, List<String> rooms) {
        onLoops(ids, (loop, id) -> loop.sendAway(id, transport -> goAway(transport, rooms)), ignored -> {});
    }

    private GoAway goAway(String transport, List<String> rooms) {
        return GoAway.newBuilder()
                .setDelayMs((int) ThreadLocalRandom.current().nextLong(delayMsMax + 1))
                .addAllAlternatives(alternatives.draw(transport, rooms))
                .setReason(REASON)
                .build();
    }

    @Override
    public void close(long[] ids, Consumer<Integer> closed) {
        onLoops(ids, ConnectionLoop::closeSentAway, closed);
    }

    @Override
    public long connections() {
        return gateway.connections();
    }

    private interface Step {
        boolean at(ConnectionLoop loop, long id);
    }

    /** {@code count} is told, by each loop, how many of its ids the step was for. */
    private void onLoops(long[] ids, Step step, Consumer<Integer> count) {
        for (ConnectionLoop loop : gateway.loops()) {
            long[] here =
                    Arrays.stream(ids).filter(id -> gateway.loopOf(id) == loop).toArray();
            if (here.length > 0) {
                loop.loop().execute(() -> {
                    int done = 0;
                    for (long id : here) {
                        done += step.at(loop, id) ? 1 : 0;
                    }
                    count.accept(done);
                });
            }
        }
    }
}
