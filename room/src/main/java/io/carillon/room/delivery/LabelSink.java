package io.carillon.room.delivery;

import java.util.List;

/** Told what a load said of a user beside its messages. Event-loop confined. */
public interface LabelSink {
    /** The user's tags, in any order. */
    void onTags(Binding binding, List<String> tags);
}
