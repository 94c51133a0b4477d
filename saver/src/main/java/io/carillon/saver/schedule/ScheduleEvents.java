package io.carillon.saver.schedule;

import io.carillon.contract.ScheduledPost;

/** Told of messages for later, once MySQL has committed. Any thread; must not block. */
public interface ScheduleEvents {
    void onScheduled(ScheduledPost post, long atMs);

    /** It was taken back before anybody posted it. */
    void onRecalled(ScheduledMessage message, long atMs);
}
