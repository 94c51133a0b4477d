package io.carillon.room.session;

import io.carillon.protocol.ProtocolCode;
import io.carillon.protocol.ProtocolVersion;
import io.carillon.protocol.client.BindOutcome;
import io.carillon.protocol.client.BindRequest;
import io.carillon.protocol.client.BroadcastCursor;
import io.carillon.room.delivery.Binding;
import io.carillon.room.flicker.KeptBinding;
import io.carillon.room.login.TokenOutcome;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Binds one (app, user) to a connection, or says why not. */
final class BindStep {
    private final SessionLoop shared;
    private final ClientSession session;
    private final BindingTable bindings;
    private final @Nullable Resumption resumption;
    private final List<Added> added = new ArrayList<>(1);

    /**
     * A binding that the client asked for and has.
     *
     * @param cursor what the client has seen of the app's broadcasts; null: it does not know
     * @param fromTheFirst without a cursor it gets those that still live
     * @param kept what a lost connection had of it; null: nothing
     */
    private record Added(
            Binding binding,
            @Nullable BroadcastCursor cursor,
            boolean fromTheFirst,
            @Nullable KeptBinding kept) {}

    /** @param resumption what a lost connection left; null: nothing */
    BindStep(SessionLoop shared, ClientSession session, BindingTable bindings, @Nullable Resumption resumption) {
        this.shared = shared;
        this.session = session;
        this.bindings = bindings;
        this.resumption = resumption;
    }

    /** Makes known what was bound. Behind the answer: a delivery may come as soon as others know of it. */
    void open() {
        for (Added one : added) {
            if (one.kept == null) {
                shared.registration().opened(one.binding.session());
                shared.broadcasts().opened(one.binding, one.cursor, one.fromTheFirst);
            } else {
                resume(one, one.kept);
            }
        }
    }

    private void resume(Added one, KeptBinding kept) {
        shared.registration().renamed(kept.session(), one.binding.session());
        BroadcastCursor cursor = one.cursor == null ? kept.cursor() : one.cursor;
        shared.broadcasts().opened(one.binding, cursor, one.fromTheFirst);
        List<String> tags = kept.tags();
        if (tags == null) {
            kept.remains().note(false);
        } else {
            shared.broadcasts().onTags(one.binding, tags);
        }
        one.binding.resume(kept.remains());
    }

    BindOutcome bind(BindRequest request) {
        int number = request.getBinding();
        BindOutcome.Builder outcome = BindOutcome.newBuilder().setBinding(number);
        if (bindings.size() >= ProtocolVersion.BINDINGS_MAX) {
            return refused(
                    outcome,
                    ProtocolCode.TOO_MANY_BINDINGS,
                    "bindings: " + bindings.size() + " (expected: at most " + ProtocolVersion.BINDINGS_MAX + ")");
        }
        if (number < 0 || number >= ProtocolVersion.BINDINGS_MAX || bindings.get(number) != null) {
            return refused(outcome, ProtocolCode.BINDING_INVALID, "binding: out of range or in use");
        }
        return switch (shared.tokens().verify(request.getToken())) {
            case TokenOutcome.Refused refusal -> refused(outcome, refusal.code(), refusal.text());
            case TokenOutcome.Accepted accepted -> {
                String app = accepted.app().getId();
                if (!shared.networks().admits(accepted.app(), session.clientAddress())) {
                    yield refused(outcome, ProtocolCode.ADDRESS_REFUSED, "the app takes no clients from this network");
                }
                if (bindings.get(app, accepted.user()) != null) {
                    yield refused(outcome, ProtocolCode.BINDING_INVALID, "the user is bound already");
                }
                Binding binding = session.newBinding(number, app, accepted.user());
                bindings.add(binding);
                added.add(new Added(
                        binding,
                        request.hasCursor() ? request.getCursor() : null,
                        accepted.app().getBroadcastsToNewInstallations(),
                        resumption == null ? null : resumption.take(number, app, accepted.user())));
                yield outcome.setApp(app).setUser(accepted.user()).build();
            }
        };
    }

    private BindOutcome refused(BindOutcome.Builder outcome, ProtocolCode code, String text) {
        session.output.bindingRefused(code);
        return outcome.setCode(code.wire()).setText(text).build();
    }
}
