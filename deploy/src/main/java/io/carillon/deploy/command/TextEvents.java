package io.carillon.deploy.command;

import io.carillon.deploy.traffic.DeviceEvents;
import io.carillon.sdk.Message;
import java.io.PrintStream;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** Events for a reader: a line each. */
final class TextEvents implements DeviceEvents {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

    private final PrintStream out;

    TextEvents(PrintStream out) {
        this.out = out;
    }

    @Override
    public void connected(String user, String room) {
        line(user, "connected to " + room);
    }

    @Override
    public void message(String user, Message message) {
        Message.Notice notice = message.notice();
        String what = (message.isBroadcast() ? "broadcast " : "") + (notice == null ? "message " : "notice ");
        String text = notice == null ? message.text() : notice.key();
        line(user, what + message.id() + (message.late() ? " (late)" : "") + ": " + text);
    }

    @Override
    public void disconnected(String user, String reason) {
        line(user, "disconnected: " + reason);
    }

    @Override
    public void kicked(String user, String reason, String text) {
        line(user, "ended: " + reason + (text.isEmpty() ? "" : ": " + text));
    }

    private void line(String user, String text) {
        out.println(TIME.format(LocalTime.now(ZoneId.systemDefault())) + "  " + user + "  " + text);
    }
}
