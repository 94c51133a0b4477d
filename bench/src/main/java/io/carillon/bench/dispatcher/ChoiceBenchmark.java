package io.carillon.bench.dispatcher;

import io.carillon.dispatcher.choice.Address;
import io.carillon.dispatcher.choice.Chooser;
import io.carillon.dispatcher.choice.Directory;
import io.carillon.dispatcher.choice.Transport;
import io.carillon.dispatcher.choice.Tried;
import io.carillon.runtime.discovery.NodeRecord;
import io.carillon.runtime.discovery.NodeRecord.Advertised;
import io.carillon.runtime.discovery.NodeRecord.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The choice of eight addresses, without HTTP; run it with {@code -prof gc}. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ChoiceBenchmark {
    private static final List<String> POOLS = List.of("default");
    private static final String[] SITES = {"site-1", "site-0"};
    private static final int DEVICES = 1024;

    /** Rooms in the pool, over four sites, each with two listeners. */
    @Param({"20", "1000"})
    public int rooms;

    private final Chooser chooser = new Chooser();
    private final Tried tried = Tried.parse("room-1.example:443,room-5.example:80,gone.example:443");
    private final String[] devices = new String[DEVICES];
    private Directory directory = Directory.EMPTY;
    private int next;

    @Setup
    public void list() {
        List<NodeRecord> nodes = new ArrayList<>();
        for (int i = 0; i < rooms; i++) {
            String host = "room-" + i + ".example";
            List<Advertised> listeners = List.of(new Advertised("tls", host, 443), new Advertised("tcp", host, 80));
            Load load = new Load(i * 10_000L % 500_000, 1_000_000);
            nodes.add(new NodeRecord(
                    "room",
                    "room-" + i,
                    "site-" + i % 4,
                    "default",
                    100,
                    "1",
                    1,
                    "h:1",
                    "",
                    "",
                    listeners,
                    load,
                    false));
        }
        directory = Directory.of(nodes);
        for (int i = 0; i < DEVICES; i++) {
            devices[i] = "device-" + i + "-7f3c9a52";
        }
    }

    @Benchmark
    public Address[] first() {
        return chooser.choose(directory, POOLS, device(), Transport.ALL, SITES, Tried.NONE);
    }

    @Benchmark
    public Address[] afterThreeTried() {
        return chooser.choose(directory, POOLS, device(), Transport.ALL, SITES, tried);
    }

    private String device() {
        next = (next + 1) % DEVICES;
        return devices[next];
    }
}
