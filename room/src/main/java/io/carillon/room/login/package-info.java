/** Who a client is: tokens, checked without asking anyone. */
@NullMarked
package io.carillon.room.login;

import org.jspecify.annotations.NullMarked;
