package io.carillon.register.session;

/** Wants nothing. */
public final class NoPresence implements PresenceListener {
    @Override
    public boolean wants(String app) {
        return false;
    }

    @Override
    public void onOnline(String app, String user, String room, long version) {}

    @Override
    public void onGone(String app, String user, String room, long version, Gone how) {}

    @Override
    public void onDeparted(String app, String user, String room, long agoMs) {}
}
