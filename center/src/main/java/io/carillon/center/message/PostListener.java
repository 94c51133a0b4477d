package io.carillon.center.message;

/** Counts what is answered for messages. Any thread. */
@FunctionalInterface
public interface PostListener {
    void onAnswer(UserAnswer.Status status);
}
