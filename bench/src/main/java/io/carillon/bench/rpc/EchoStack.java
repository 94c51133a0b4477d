package io.carillon.bench.rpc;

import com.google.protobuf.BytesValue;

/** An RPC stack with an echo server and one connection to it, each end on one event loop of its own. */
interface EchoStack {
    /** Told once a call, on an event loop. */
    interface Lane {
        void onAnswer(BytesValue answer);

        void onFailure(Throwable cause);
    }

    void call(BytesValue body, Lane lane);

    void close() throws Exception;
}
