/** Which room to try: lists, their order, bans, the race, and when to try again. */
@NullMarked
package io.carillon.sdk.route;

import org.jspecify.annotations.NullMarked;
