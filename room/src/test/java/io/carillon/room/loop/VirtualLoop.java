package io.carillon.room.loop;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A loop whose time passes only when a test says so. */
public final class VirtualLoop implements Loop {
    private record Timer(long atNs, long order, Runnable task) {}

    private final int index;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atNs).thenComparingLong(Timer::order));
    private long nowNs = 1_000_000_000L;
    private long timersMade;

    public VirtualLoop() {
        this(0);
    }

    public VirtualLoop(int index) {
        this.index = index;
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public void after(long delayNs, Runnable task) {
        timers.add(new Timer(nowNs + delayNs, timersMade++, task));
    }

    @Override
    public long nowNs() {
        return nowNs;
    }

    @Override
    public long wallMs() {
        return 1_800_000_000_000L + nowNs / 1_000_000;
    }

    /** Runs what waits to be run now. */
    public void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** Lets time pass, running each timer at its time. */
    public void pass(Duration time) {
        long end = nowNs + time.toNanos();
        run();
        while (!timers.isEmpty() && timers.peek().atNs <= end) {
            Timer timer = timers.remove();
            nowNs = Math.max(nowNs, timer.atNs);
            timer.task.run();
            run();
        }
        nowNs = end;
        run();
    }
}
