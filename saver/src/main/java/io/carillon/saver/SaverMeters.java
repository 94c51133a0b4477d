package io.carillon.saver;

import io.carillon.contract.AckResponse;
import io.carillon.contract.LoadResponse;
import io.carillon.contract.LoadResult;
import io.carillon.contract.PutResponse;
import io.carillon.contract.PutResult;
import io.carillon.contract.PutStatus;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts what goes out. Thread-safe. */
final class SaverMeters {
    private final Map<PutStatus, Counter> puts = new EnumMap<>(PutStatus.class);
    private final Counter loaded;
    private final Counter acksApplied;
    private final Counter acksAgain;

    SaverMeters(MeterRegistry registry) {
        for (PutStatus status : PutStatus.values()) {
            String label = status.name().replace("PUT_STATUS_", "").toLowerCase(Locale.ROOT);
            puts.put(status, SaverMetric.PUTS.counter(registry, "status", label));
        }
        loaded = SaverMetric.LOADED.counter(registry);
        acksApplied = SaverMetric.ACKS.counter(registry, "outcome", "applied");
        acksAgain = SaverMetric.ACKS.counter(registry, "outcome", "again");
    }

    PutResponse put(PutResponse response) {
        for (PutResult result : response.getResultsList()) {
            Counter counter = puts.get(result.getStatus());
            if (counter != null) {
                counter.increment();
            }
        }
        return response;
    }

    LoadResponse load(LoadResponse response) {
        for (LoadResult result : response.getResultsList()) {
            loaded.increment(result.getMessagesCount());
        }
        return response;
    }

    AckResponse ack(AckResponse response) {
        for (boolean applied : response.getAppliedList()) {
            (applied ? acksApplied : acksAgain).increment();
        }
        return response;
    }
}
