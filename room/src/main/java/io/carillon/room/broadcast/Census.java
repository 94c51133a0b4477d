package io.carillon.room.broadcast;

import java.util.concurrent.CompletableFuture;

/** Counts, slice by slice, the bindings of one loop that an audience means. Event-loop confined. */
final class Census extends Slices {
    private final String app;
    private final Filter filter;
    private final BindingSlots slots;
    private final int slotsPerTurn;
    private final CompletableFuture<Long> answer;
    private int slot;
    private long counted;

    Census(String app, Filter filter, BindingSlots slots, int slotsPerTurn, CompletableFuture<Long> answer) {
        this.app = app;
        this.filter = filter;
        this.slots = slots;
        this.slotsPerTurn = slotsPerTurn;
        this.answer = answer;
    }

    @Override
    boolean over() {
        return answer.isDone();
    }

    @Override
    long slice() {
        for (int i = 0; i < slotsPerTurn && slot < slots.slots(); i++) {
            slots.forEach(slot++, binding -> {
                if (!binding.ended()
                        && binding.session().app().equals(app)
                        && filter.matches(AppList.tagsOf(binding))) {
                    counted++;
                }
            });
        }
        if (slot < slots.slots()) {
            return SOON;
        }
        answer.complete(counted);
        return IDLE;
    }
}
