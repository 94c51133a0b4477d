package io.carillon.center.broadcast;

import org.jspecify.annotations.Nullable;

/**
 * Whom an audience means just now.
 *
 * @param online connected receivers
 * @param users receivers known by their tags; null where the audience does not say tags, or nobody answered
 * @param incomplete somebody did not answer
 */
public record AudienceCount(long online, @Nullable Long users, boolean incomplete) {}
