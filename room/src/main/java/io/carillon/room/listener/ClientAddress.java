package io.carillon.room.listener;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Where a client is, as far as is known: what a trusted proxy said, else the socket's other end. */
public final class ClientAddress {
    private static final AttributeKey<InetSocketAddress> TOLD = AttributeKey.valueOf(ClientAddress.class, "told");

    private ClientAddress() {}

    static void tell(Channel channel, InetSocketAddress told) {
        channel.attr(TOLD).set(told);
    }

    public static InetAddress of(Channel channel) {
        InetSocketAddress told = channel.hasAttr(TOLD) ? channel.attr(TOLD).get() : null;
        if (told != null) {
            return told.getAddress();
        }
        // Null at the far end: closed meanwhile. In a test it may be no internet address at all.
        return channel.remoteAddress() instanceof InetSocketAddress remote
                ? remote.getAddress()
                : InetAddress.getLoopbackAddress();
    }
}
