package io.carillon.dispatcher.http;

import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.carillon.dispatcher.choice.Address;
import io.carillon.dispatcher.choice.Chooser;
import io.carillon.dispatcher.choice.Directory;
import io.carillon.dispatcher.place.ClientAddress;
import io.carillon.dispatcher.place.Places;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/rooms}. Answers on the event loop: it reads immutable snapshots and waits for nothing.
 *
 * <p>200 with the list, 400 {@code bad_parameter}, 404 {@code unknown_app}, 503 {@code no_rooms} or {@code not_ready}
 * with Retry-After.
 */
public final class RoomsRoute implements HttpService {
    private static final ResponseHeaders OK = ResponseHeaders.builder(HttpStatus.OK)
            .contentType(MediaType.JSON)
            .add(HttpHeaderNames.CACHE_CONTROL, "no-store")
            .build();

    private final Chooser chooser = new Chooser();
    private final Supplier<Directory> directory;
    private final AppPools apps;
    private final Places places;
    private final ClientAddress clientAddress;
    private final AsciiString forwardedHeader;
    private final Starts starts;
    private final AnswerFrame frame;
    private final LookupListener listener;

    /** @param forwardedHeader the one that trusted proxies write: X-Forwarded-For or Forwarded */
    public RoomsRoute(
            Supplier<Directory> directory,
            AppPools apps,
            Places places,
            ClientAddress clientAddress,
            String forwardedHeader,
            Starts starts,
            AnswerFrame frame,
            LookupListener listener) {
        this.directory = directory;
        this.apps = apps;
        this.places = places;
        this.clientAddress = clientAddress;
        this.forwardedHeader = HttpHeaderNames.of(forwardedHeader);
        this.starts = starts;
        this.frame = frame;
        this.listener = listener;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) {
        if (request.method() != HttpMethod.GET) {
            return refuse(Problem.METHOD_NOT_ALLOWED, request.method().name());
        }
        Question question;
        try {
            question = Question.parse(ctx.queryParams());
        } catch (IllegalArgumentException e) {
            return refuse(Problem.BAD_PARAMETER, String.valueOf(e.getMessage()));
        }
        @Nullable List<String> pools = apps.pools(question.app());
        if (pools == null) {
            return apps.known()
                    ? refuse(Problem.UNKNOWN_APP, "app: " + question.app())
                    : refuse(Problem.NOT_READY, "no list of apps yet");
        }
        byte[] peer = ctx.remoteAddress().getAddress().getAddress();
        byte[] client = clientAddress.find(peer, request.headers().getAll(forwardedHeader));
        Address[] addresses = choose(client, question, pools);
        if (addresses.length == 0) {
            return refuse(Problem.NO_ROOMS, "app: " + question.app() + ", pools: " + String.join(",", pools));
        }
        listener.onAnswered(addresses.length);
        return HttpResponse.of(OK, frame.around(addresses, starts.startSeconds(question.network(), client)));
    }

    private Address[] choose(byte[] client, Question question, List<String> pools) {
        String[] sites = places.sites(client, question.claimed());
        return chooser.choose(
                directory.get(), pools, question.device(), question.transports(), sites, question.tried());
    }

    private HttpResponse refuse(Problem problem, String detail) {
        listener.onRefused(problem.code());
        return problem.response(detail);
    }

    /** Where heartbeats begin. Called on event loops. */
    @FunctionalInterface
    public interface Starts {
        /**
         * @param network kind of network
         * @param client 4 or 16 bytes
         * @return seconds; 0: nothing is known
         */
        int startSeconds(int network, byte[] client);
    }

    /** Counts. Called on event loops. */
    public interface LookupListener {
        void onAnswered(int addresses);

        /** @param code the problem's */
        void onRefused(String code);
    }
}
