package io.carillon.room.admission;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.ConfigLoader;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.net.Networks;
import java.time.Duration;
import java.util.List;

/** The bounds at the door. */
public record AdmissionLimits(
        @Doc(
                "addresses or networks that the limits by address, prefix and device don't hold for; loopback always is one")
        List<String> trusted,

        @Doc("connections a second from one address (IPv6: from one /64), as many again in a burst; 0: any number")
        @Default("200")
        int acceptPerAddress,

        @Doc("connections a second from one network (/24, IPv6: /56), as many again in a burst; 0: any number")
        @Default("2000")
        int acceptPerPrefix,

        @Doc(
                "addresses, and as many networks, whose rates are remembered; beyond it the quietest are forgotten, which lets "
                        + "more in")
        @Default("65536")
        int addressesMax,

        @Doc("connections that are not logged in yet; beyond it new ones are refused") @Default("20000")
        int unauthenticatedMax,

        @Doc("the same of one address") @Default("256") int unauthenticatedPerAddressMax,

        @Doc("connections that have begun a TLS handshake, an HTTP upgrade or a CONNECT and are not logged in yet; the "
                + "others wait for their turn")
        @Default("256")
        int handshakesMax,

        @Doc("how long one of these may take while others wait for its place; then it is closed") @Default("2s")
        Duration handshakePatience,

        @Doc("logins a second, as many again in a burst; beyond it CONNECT is answered BUSY; 0: any number")
        @Default("20000")
        int loginRate,

        @Doc("sessions that wait for a register; above it CONNECT is answered BUSY") @Default("20000")
        int loginBacklogMax,

        @Doc("logins a minute of one device (from one /24 or /56); beyond it the device is refused for device-refusal; "
                + "0: any number")
        @Default("15")
        int deviceLoginsPerMinute,

        @Doc("how long a device is refused that logs in too often") @Default("5m")
        Duration deviceRefusal,

        @Doc(
                "devices whose logins are remembered; beyond it those of the fewest logins are forgotten, which lets more in")
        @Default("131072")
        int devicesMax,

        @Doc(
                "share of the heap (as the last collection left it) or of direct memory above which CONNECT is answered BUSY")
        @Default("0.9")
        double memoryShareMax,

        @Doc("the shortest time that BUSY tells a client to wait") @Default("1s")
        Duration retryMin,

        @Doc("the longest time that BUSY tells a client to wait, but for a device that logs in too often")
        @Default("5m")
        Duration retryMax) {
    public AdmissionLimits {
        trusted = List.copyOf(trusted);
        Networks.parse("trusted", trusted);
        Check.range("accept-per-address", acceptPerAddress, 0, 10_000_000);
        Check.range("accept-per-prefix", acceptPerPrefix, 0, 10_000_000);
        Check.range("addresses-max", addressesMax, 8, 1 << 26);
        Check.range("unauthenticated-max", unauthenticatedMax, 1, 10_000_000);
        Check.range("unauthenticated-per-address-max", unauthenticatedPerAddressMax, 1, 10_000_000);
        Check.range("handshakes-max", handshakesMax, 1, 1_000_000);
        Durations.requirePositive("handshake-patience", handshakePatience);
        Check.range("login-rate", loginRate, 0, 10_000_000);
        Check.range("login-backlog-max", loginBacklogMax, 1, 10_000_000);
        Check.range("device-logins-per-minute", deviceLoginsPerMinute, 0, 1_000_000);
        Durations.requirePositive("device-refusal", deviceRefusal);
        Check.range("devices-max", devicesMax, 8, 1 << 26);
        Check.that(memoryShareMax > 0 && memoryShareMax <= 1, "memory-share-max", memoryShareMax, "above 0, at most 1");
        Durations.requirePositive("retry-min", retryMin);
        Check.that(
                retryMax.compareTo(retryMin) >= 0 && retryMax.compareTo(Duration.ofDays(1)) <= 0,
                "retry-max",
                Durations.format(retryMax),
                "retry-min to 24h");
    }

    public static AdmissionLimits defaults() {
        return ConfigLoader.defaults(AdmissionLimits.class);
    }
}
