package io.carillon.bench.jmh;

import java.io.IOException;

/** Runs benchmarks; takes JMH's arguments ({@code -h} lists them). */
public final class BenchmarkMain {
    private BenchmarkMain() {}

    public static void main(String[] args) throws IOException {
        org.openjdk.jmh.Main.main(args);
    }
}
