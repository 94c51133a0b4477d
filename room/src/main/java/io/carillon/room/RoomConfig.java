package io.carillon.room;

import io.carillon.room.admission.AdmissionLimits;
import io.carillon.room.ban.BanConfig;
import io.carillon.room.bare.BareConfig;
import io.carillon.room.broadcast.BroadcastLimits;
import io.carillon.room.delivery.DeliveryLimits;
import io.carillon.room.flicker.FlickerLimits;
import io.carillon.room.listener.ListenerConfig;
import io.carillon.room.move.MoveLimits;
import io.carillon.room.registration.RegistrationLimits;
import io.carillon.room.session.SessionLimits;
import io.carillon.room.uplink.UplinkLimits;
import io.carillon.runtime.config.ByteSize;
import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.heartbeat.LearningLimits;
import java.time.Duration;
import java.util.List;

/** The room's configuration. */
public record RoomConfig(
        @Doc("addresses that clients connect to; none: one, with the defaults")
        List<ListenerConfig> listeners,

        @Doc("connections that this process holds; beyond it new ones are refused") @Default("1000000")
        int connectionsMax,

        @Doc("how long a TLS handshake may take; then the connection is closed") @Default("5s")
        Duration tlsHandshakeTimeout,

        @Doc("bytes waiting for a reader at which it is sent on again") @Default("32KiB")
        ByteSize waterMarkLow,

        @Doc("bytes waiting for a reader beyond which its messages wait in the mailbox") @Default("128KiB")
        ByteSize waterMarkHigh,

        @Doc("how far clocks of token issuers may be off") @Default("60s")
        Duration tokenSkew,

        @Doc("verified tokens that are remembered; beyond it the least used are forgotten") @Default("20000")
        int tokenCacheMax,

        @Doc("who may come in, and how many at once") AdmissionLimits admission,

        @Doc("connections") SessionLimits session,

        @Doc("deliveries, loads and acks") DeliveryLimits delivery,

        @Doc("uplinks") UplinkLimits uplink,

        @Doc("what registers are told") RegistrationLimits registration,

        @Doc("users that may not log in") BanConfig ban,

        @Doc("broadcasts") BroadcastLimits broadcast,

        @Doc("what is learned of clients' heartbeats") LearningLimits heartbeat,

        @Doc("lost connections whose client may come right back")
        FlickerLimits flicker,

        @Doc("clients that are asked to connect to another room")
        MoveLimits move,

        @Doc("a room that runs alone, for load tests") BareConfig bare) {
    public RoomConfig {
        listeners = listeners.isEmpty() ? List.of(ConfigLoader.defaults(ListenerConfig.class)) : List.copyOf(listeners);
        Check.range("connections-max", connectionsMax, 1, 100_000_000);
        Durations.requirePositive("tls-handshake-timeout", tlsHandshakeTimeout);
        Check.range("water-mark-low", waterMarkLow, 1024, 64 << 20);
        Check.range("water-mark-high", waterMarkHigh, waterMarkLow.bytes(), 64 << 20);
        Durations.requirePositive("token-skew", tokenSkew);
        Check.range("token-cache-max", tokenCacheMax, 0, 100_000_000);
    }

    Gateway.Limits limits() {
        return new Gateway.Limits(session, delivery, uplink, registration, broadcast, heartbeat, flicker);
    }
}
