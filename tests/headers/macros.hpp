// SPDX-FileCopyrightText: 2026 The diffgen authors
// SPDX-License-Identifier: Apache-2.0

// What other libraries' headers define as macros, in a program that includes them before diffgen.

// windows.h
#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))
#define near
#define far
#define small char
#define interface struct
#define ERROR 0
#define IN
#define OUT
#define OPTIONAL
#define CONST const
#define VOID void
#define TRUE 1
#define FALSE 0
#define DELETE 0x00010000L
#define IGNORE 0
#define INFINITE 0xFFFFFFFF
#define NO_ERROR 0L
#define DIFFERENCE 11
#define STRICT 1
#define OVERFLOW 3
#define UNDERFLOW 4
#define DOMAIN 1
#define ABSOLUTE 1
#define RELATIVE 2
#define GetObject GetObjectW
#define LoadImage LoadImageW
#define DrawText DrawTextW
#define SendMessage SendMessageW
#define CreateFile CreateFileW
#define Yield()

// X11/X.h, X11/Xlib.h
#define None 0L
#define Always 2
#define Success 0
#define Unsorted 0
#define Above 0
#define Below 1
#define True 1
#define False 0
#define Bool int
#define Status int
#define Complex 0
#define Convex 2
#define KeyPress 2
#define Expose 12
#define GrayScale 1
#define CursorShape 0

// Qt without QT_NO_KEYWORDS
#define emit
#define slots
#define signals public
#define foreach(variable, container) for (variable : container)
#define forever for (;;)

// AssertMacros.h of macOS
#define check(assertion) static_cast<void>(assertion)
#define check_noerr(code) static_cast<void>(code)
#define verify(assertion) static_cast<void>(assertion)
#define require(assertion, label) static_cast<void>(assertion)
#define require_noerr(code, label) static_cast<void>(code)

// Arduino.h
#define abs(x) ((x) > 0 ? (x) : -(x))
#define round(x) ((x) >= 0 ? static_cast<long>((x) + 0.5) : static_cast<long>((x)-0.5))
#define radians(degree) ((degree)*0.017453292519943295)
#define degrees(radian) ((radian)*57.29577951308232)
#define sq(x) ((x) * (x))
#define constrain(x, low, high) ((x) < (low) ? (low) : ((x) > (high) ? (high) : (x)))
#define lowByte(word) static_cast<unsigned char>((word)&0xff)
#define bit(b) (1UL << (b))
#define bitRead(value, b) (((value) >> (b)) & 0x01)
#define word(...) makeWord(__VA_ARGS__)
#define interrupts()
#define PI 3.1415926535897932
#define HALF_PI 1.5707963267948966
#define TWO_PI 6.283185307179586
#define EULER 2.718281828459045
#define HIGH 0x1
#define LOW 0x0
#define INPUT 0x0
#define OUTPUT 0x1
#define CHANGE 1
#define DEFAULT 1
#define SERIAL 0x0
#define DISPLAY 0x1
#define B0 0
#define B1 1
#define B10 2
#define B11 3
#define F(string_literal) (string_literal)
