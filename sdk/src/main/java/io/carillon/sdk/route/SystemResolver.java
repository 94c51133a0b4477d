package io.carillon.sdk.route;

import io.carillon.sdk.link.Endpoint;
import io.carillon.sdk.link.RoomAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The platform's resolver, on background threads; hosts that are addresses already take no thread. Thread-safe. */
public final class SystemResolver implements AddressResolver {
    private static final int IPS_OF_A_HOST_MAX = 4;

    private final Executor background;

    public SystemResolver(Executor background) {
        this.background = background;
    }

    @Override
    public void resolve(List<RoomAddress> rooms, Answer answer) {
        boolean literal = true;
        for (RoomAddress room : rooms) {
            literal &= isLiteral(room.host());
        }
        List<RoomAddress> copy = new ArrayList<>(rooms);
        if (literal) {
            answer.onAnswer(lookUp(copy));
            return;
        }
        try {
            background.execute(() -> answer.onAnswer(lookUp(copy)));
        } catch (RejectedExecutionException e) {
            answer.onAnswer(new ArrayList<>());
        }
    }

    private static List<Endpoint> lookUp(List<RoomAddress> rooms) {
        List<Endpoint> endpoints = new ArrayList<>();
        for (RoomAddress room : rooms) {
            InetAddress[] ips = lookUp(room.host());
            for (int i = 0; i < Math.min(IPS_OF_A_HOST_MAX, ips.length); i++) {
                endpoints.add(new Endpoint(room, ips[i]));
            }
        }
        return endpoints;
    }

    /** None where there is none just now: the others of the list are tried. */
    private static InetAddress[] lookUp(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException | SecurityException e) {
            return new InetAddress[0];
        }
    }

    private static boolean isLiteral(String host) {
        if (host.indexOf(':') >= 0) {
            return true;
        }
        for (int i = 0; i < host.length(); i++) {
            char c = host.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return true;
    }
}
