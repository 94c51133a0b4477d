package io.carillon.saver.label;

/**
 * What is known of an app's tags at one moment.
 *
 * @param version how often they have changed
 * @param rows how many (user, tag) there are
 */
record AppTags(long version, long rows) {
    static final AppTags NONE = new AppTags(0, 0);

    static AppTags newer(AppTags one, AppTags other) {
        return one.version >= other.version ? one : other;
    }
}
