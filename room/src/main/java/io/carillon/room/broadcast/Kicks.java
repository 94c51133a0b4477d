package io.carillon.room.broadcast;

import io.carillon.contract.BanEntry;
import io.carillon.contract.BroadcastState;
import io.carillon.contract.UserKey;
import io.carillon.room.delivery.Binding;
import io.carillon.room.loop.Loop;
import io.carillon.room.registration.Session;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Kicks by filter on one event loop. A kick is in no list: who logs in later is not meant.
 *
 * <p>Where a kick bans, the ban is stored first and the binding ended then, so that nobody is out without being banned,
 * whatever dies in between. While too many bans wait for saver the walk stands still. Who is refused a ban for good stays.
 * Event-loop confined.
 */
final class Kicks implements Walk.Steps {
    /** How long a kick waits for the tags of users who were there when it began. */
    private static final long WAITS_NS = TimeUnit.SECONDS.toNanos(60);

    private final Loop loop;
    private final Supplier<BindingSlots> slots;
    private final KickBans bans;
    private final Map<Run, Walk> walks = new HashMap<>();

    Kicks(Loop loop, Supplier<BindingSlots> slots, KickBans bans) {
        this.loop = loop;
        this.slots = slots;
        this.bans = bans;
    }

    /** Steers a kick; null where it did not begin here yet. */
    @Nullable
    Walk steer(Run run, BroadcastState state) {
        Walk walk = walks.get(run);
        if (walk != null) {
            if (state == BroadcastState.BROADCAST_STATE_CANCELLED) {
                walk.stop();
            } else {
                walk.setState(state);
            }
        }
        return walk;
    }

    void begun(Run run, Walk walk) {
        walks.put(run, walk);
    }

    /** The user's tags are there: a kick that went by before is asked again. */
    void onFirstTags(Binding binding) {
        for (Walk walk : walks.values()) {
            if (walk.record.app.equals(binding.session().app())
                    && walk.startedNs - binding.session().loginNs() >= 0) {
                passedBy(walk, binding);
            }
        }
    }

    private void passedBy(Walk walk, Binding binding) {
        if (!walk.stopped() && at(walk, binding) == Walk.Step.HELD) {
            loop.after(Walk.HOLD_NS, () -> passedBy(walk, binding));
        }
    }

    void forgetOld(long nowNs) {
        walks.values().removeIf(walk -> walk.over() && nowNs - walk.startedNs > WAITS_NS);
    }

    @Override
    public BindingSlots slots() {
        return slots.get();
    }

    @Override
    public Walk.Step at(Walk walk, Binding binding) {
        BroadcastRecord record = walk.record;
        if (binding.ended() || !record.filter.matches(AppList.tagsOf(binding))) {
            return Walk.Step.PASSED;
        }
        if (record.banMs == 0) {
            record.tally.targeted.increment();
            end(record, binding);
            return Walk.Step.SERVED;
        }
        if (!bans.offer(ban(record, binding.session()), stored -> loop.execute(() -> onBan(walk, binding, stored)))) {
            return Walk.Step.HELD;
        }
        record.tally.targeted.increment();
        walk.owe();
        return Walk.Step.SERVED;
    }

    private static BanEntry ban(BroadcastRecord record, Session of) {
        return BanEntry.newBuilder()
                .setUser(UserKey.newBuilder().setApp(of.app()).setUser(of.user()))
                .setBanMs(record.banMs)
                .setReason(record.reason)
                .build();
    }

    private void onBan(Walk walk, Binding binding, boolean stored) {
        if (stored) {
            end(walk.record, binding);
        }
        walk.settled();
    }

    /** It may be over already: rooms end by themselves whom a ban meets. */
    private void end(BroadcastRecord record, Binding binding) {
        if (!binding.ended()) {
            slots().kick(binding, record.kickCode, record.reason);
        }
        record.tally.written.increment();
    }
}
