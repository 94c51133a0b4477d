package io.carillon.saver.broadcast;

/** What one holder was told of an app's ceiling, while a tick works on it. Confined to the tick's transaction. */
final class ShareRow {
    /** {@link #holder} of the row of the app's broadcasts together. */
    static final String BROADCASTS = "";

    final String app;
    /** A center's name and incarnation. */
    final String holder;

    /** Deliveries a second. */
    double wanted;

    double told;
    /** The broadcasts' share before it was lowered: until {@link #beforeUntilMs} some rooms may follow it. */
    double toldBefore;

    long beforeUntilMs;
    /** When it was told, or confirmed. */
    long atMs;

    boolean changed;
    boolean gone;

    ShareRow(String app, String holder) {
        this.app = app;
        this.holder = holder;
    }

    /** What it may be using at this moment. */
    double occupied(long nowMs) {
        return beforeUntilMs > nowMs ? Math.max(told, toldBefore) : told;
    }

    /** Without its incarnation. */
    String holderName() {
        return holder.substring(0, holder.lastIndexOf('/'));
    }
}
