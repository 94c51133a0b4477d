package io.carillon.saver.fate;

import io.carillon.saver.layout.FateRecord;

/** Told of each settled fate but acks, which are known before; perhaps more than once. Must not block. */
@FunctionalInterface
public interface FateEvents {
    void onFate(FateRecord fate);
}
