package io.carillon.sdk.link;

import java.nio.ByteBuffer;

/** Told what happens to a {@link Link}, on its thread. */
public interface LinkListener {
    /** TCP and, where there is one, the TLS handshake are done. */
    void onOpen();

    /**
     * Bytes came.
     *
     * @param bytes borrowed: valid during the call, read whole
     */
    void onBytes(ByteBuffer bytes);

    /**
     * It is over, by the other end or by an error; called once, and not after {@link Link#close}.
     *
     * @param refused whether the other end refused the connection outright
     */
    void onClosed(String reason, boolean refused);
}
