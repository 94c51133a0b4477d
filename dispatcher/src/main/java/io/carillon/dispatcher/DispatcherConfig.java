package io.carillon.dispatcher;

import io.carillon.runtime.config.Check;
import io.carillon.runtime.config.Default;
import io.carillon.runtime.config.Doc;
import io.carillon.runtime.config.Durations;
import io.carillon.runtime.config.HostPort;
import io.carillon.runtime.heartbeat.LearningLimits;
import java.time.Duration;
import java.util.List;

/** What dispatcher can be told. */
public record DispatcherConfig(
        @Doc("where clients ask; port 0: the system chooses") @Default("127.0.0.1:8070")
        HostPort http,

        @Doc("base URL under which others reach it; empty: made of `http`") @Default("")
        String advertisedUrl,

        @Doc("PEM file with the certificate chain; empty: no TLS, for a proxy in front or loopback") @Default("")
        String certificateFile,

        @Doc("PEM file with the certificate's private key") @Default("")
        String keyFile,

        @Doc("how long a client may use a list without asking again") @Default("10m")
        Duration ttl,

        @Doc("the shortest heartbeat interval that a client may choose; as the rooms have it") @Default("45s")
        Duration heartbeatMin,

        @Doc("the longest heartbeat interval that a client may choose; as the rooms have it") @Default("1760s")
        Duration heartbeatMax,

        @Doc("the heartbeat interval that a client begins with on a network of which nothing is known") @Default("210s")
        Duration heartbeatStart,

        @Doc("how often rooms are asked what heartbeats their clients settled at, and told what is known")
        @Default("30s")
        Duration heartbeatExchange,

        @Doc("what is learned of clients' heartbeats") LearningLimits heartbeat,

        @Doc("CSV file with lines `prefix,region,isp`: where clients are; the longest prefix counts; empty: none")
        @Default("")
        String prefixFile,

        @Doc("CSV file with lines `region,isp,sites`, * for any, nearest site first, separated by |; empty: none")
        @Default("")
        String siteFile,

        @Doc("MaxMind database files (country or city, ISP or ASN), asked where the prefix file has no entry")
        List<String> maxmindFiles,

        @Doc("prefixes of proxies whose forwarding header is believed")
        List<String> trustedProxies,

        @Doc("the header that trusted proxies write: x-forwarded-for or forwarded") @Default("x-forwarded-for")
        String forwardedHeader,

        @Doc("open client connections; beyond them new ones are closed at once") @Default("100000")
        int connectionsMax) {
    public DispatcherConfig {
        Durations.requirePositive("ttl", ttl);
        Durations.requirePositive("heartbeat-min", heartbeatMin);
        Durations.requirePositive("heartbeat-exchange", heartbeatExchange);
        Check.that(heartbeatMax.compareTo(heartbeatMin) >= 0, "heartbeat-max", heartbeatMax, "at least heartbeat-min");
        Check.that(
                heartbeatStart.compareTo(heartbeatMin) >= 0 && heartbeatStart.compareTo(heartbeatMax) <= 0,
                "heartbeat-start",
                heartbeatStart,
                "from heartbeat-min to heartbeat-max");
        Check.that(
                certificateFile.isEmpty() == keyFile.isEmpty(),
                "key-file",
                "'" + keyFile + "'",
                "given together with certificate-file");
        Check.that(
                forwardedHeader.equals("x-forwarded-for") || forwardedHeader.equals("forwarded"),
                "forwarded-header",
                forwardedHeader,
                "x-forwarded-for or forwarded");
        Check.range("connections-max", connectionsMax, 1, 10_000_000);
    }
}
