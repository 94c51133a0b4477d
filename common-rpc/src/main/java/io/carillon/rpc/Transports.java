package io.carillon.rpc;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** The socket transport of this machine: epoll on Linux where its library loads, NIO elsewhere. */
public final class Transports {
    private static final boolean EPOLL = Epoll.isAvailable();

    private Transports() {}

    /**
     * @param threads event loops, above 0
     * @param name of the threads, which get a number behind it; they are daemons
     */
    public static EventLoopGroup newEventLoopGroup(int threads, String name) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads of " + name + ": " + threads + " (expected: > 0)");
        }
        IoHandlerFactory io = EPOLL ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        return new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory(name, true), io);
    }

    public static Class<? extends ServerSocketChannel> serverChannelClass() {
        return EPOLL ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    public static Class<? extends SocketChannel> clientChannelClass() {
        return EPOLL ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** One line for the log of a start: what is used, and why not epoll. */
    public static String describe() {
        if (EPOLL) {
            return "epoll";
        }
        Throwable cause = Epoll.unavailabilityCause();
        return "nio (no epoll: " + (cause == null ? "unknown" : rootOf(cause)) + ")";
    }

    private static String rootOf(Throwable cause) {
        Throwable root = cause;
        for (Throwable next = root.getCause(); next != null; next = root.getCause()) {
            root = next;
        }
        return root.toString();
    }
}
