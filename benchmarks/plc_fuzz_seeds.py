"""Texts that the fuzzer begins with: every dialect, and every construct of the front end."""

from __future__ import annotations

IEC = """\
CONFIGURATION Conf
VAR_GLOBAL g : INT; END_VAR
RESOURCE R ON PLC
VAR_GLOBAL h AT %MW3 : INT; END_VAR
TASK t1(INTERVAL := T#20ms, PRIORITY := 1);
TASK t2(SINGLE := x, PRIORITY := 2);
PROGRAM p1 WITH t1 : Main(a := %IX0.0, b => g);
END_RESOURCE
VAR_CONFIG R.p1.x AT %IX0.1 : BOOL; END_VAR
VAR_ACCESS acc : R.p1.x : BOOL READ_ONLY; END_VAR
END_CONFIGURATION
NAMESPACE A.B
USING C.D;
CLASS FINAL Cl EXTENDS Base IMPLEMENTS I
VAR PUBLIC x : INT; END_VAR
VAR PRIVATE y : REF_TO INT := NULL; END_VAR
METHOD PUBLIC OVERRIDE m : INT
VAR_INPUT a : INT; END_VAR
m := a + THIS.x; y := REF(x); y^ := 5; SUPER.m(a := 1); z ?= y;
END_METHOD
END_CLASS
FUNCTION_BLOCK Fb
VAR_INPUT a : BOOL; END_VAR
METHOD PRIVATE q END_METHOD
a := TRUE;
END_FUNCTION_BLOCK
FUNCTION INTERNAL f : REF_TO INT END_FUNCTION
TYPE En : INT (A := 1, B := 2) := A; Al : (X, Y); Ref : REF_TO INT; St : STRUCT OVERLAP a : INT;
b : REAL; END_STRUCT; END_TYPE
END_NAMESPACE
PROGRAM Sfc
VAR x : BOOL; END_VAR
INITIAL_STEP Start:
  act(N);
  b2(L, T#5s);
END_STEP
STEP S2: END_STEP
TRANSITION FROM Start TO S2 := x; END_TRANSITION
TRANSITION t2 (PRIORITY := 1) FROM (S2, S3) TO (Start) := NOT x; END_TRANSITION
TRANSITION t3 FROM S2 TO Start : x; END_TRANSITION
ACTION act: x := TRUE; END_ACTION
END_PROGRAM
PROGRAM Old
VAR a : ARRAY[1..5] OF INT := 1, 2, 3(0); s : STRING := 'x'; END_VAR
VAR_EXTERNAL CONSTANT e : INT; END_VAR
VAR_INPUT RETAIN r : INT; END_VAR
VAR_INPUT e1 : BOOL F_EDGE; END_VAR
x := ADD(1, 2); y := AND(a, b); z := a ** b; IF a THEN END_IF; w := x.y.z[1,2].q; RETURN;
END_PROGRAM
"""

CODESYS = """\
{attribute 'qualified_only'}
{attribute 'strict'}
TYPE E_State :
(
    Idle := 0,
    Run, // run
    Stop := 16#10
) UINT := Idle;
END_TYPE
TYPE ST_A EXTENDS ST_B :
STRUCT
    {attribute 'hide'}
    a : INT := 5; (* x *)
    b : ARRAY [0..3] OF POINTER TO BYTE;
    c : REFERENCE TO FB_X;
END_STRUCT
END_TYPE
TYPE U : UNION a : DWORD; b : ARRAY[0..3] OF BYTE; END_UNION END_TYPE
TYPE Alias : ARRAY[1..GVL.MAX] OF LREAL; END_TYPE
TYPE Sub : INT (-10..10) := 5; END_TYPE
{attribute 'no_explicit_call' := 'do not call'}
FUNCTION_BLOCK PUBLIC ABSTRACT FB_Test EXTENDS FB_Base IMPLEMENTS I_A, Lib.I_B
VAR_INPUT
    in1 : BOOL R_EDGE;
    in2, in3 : INT := 3;
    pt : POINTER TO ARRAY[0..3] OF INT;
    arr : ARRAY[*] OF INT;
END_VAR
VAR_OUTPUT CONSTANT PERSISTENT RETAIN
    o AT %QX0.0 : BOOL;
END_VAR
VAR_INST x : INT; END_VAR
VAR_STAT y : INT; END_VAR
VAR
    t : TON := (PT := T#1D2H3M4S5MS);
    fb : FB_Init(a := 5, b := 'x');
    fbs : ARRAY[0..1] OF FB_Init[(a := 1), (a := 2)];
    s : STRING(255) := 'a$Nb$'c$$';
    w : WSTRING[10] := "wide $"q$"";
    l : LTIME := LTIME#5US3NS;
    d : DATE := D#2020-1-31; tod1 : TOD := TOD#12:30:15.5; dt1 : DT := DT#2020-01-01-12:00;
    r : REAL := 1E3; r2 : LREAL := -1.5e-10; i : INT := INT#16#FF; b : BYTE := 2#1010_1010;
    e : E_State := E_State.Idle; e2 : (A, B, C) := A; st : ST_A := (a := 1, b := [2(0), 2(1)]);
    c : BOOL := TRUE; k : DWORD := DWORD#16#FFFF_FFFF; h AT %I* : WORD;
    m : ARRAY[0..1, 0..2] OF INT := [[1,2,3],[4,5,6]];
    ref : REFERENCE TO INT REF= i;
    itf : I_A;
    ex : __SYSTEM.ExceptionCode;
    bits : BIT; u : __UXINT;
END_VAR
IF in1 AND_THEN pt <> 0 THEN pt^[0] := 1; ELSIF THIS^.in1 OR_ELSE SUPER^.foo THEN RETURN; END_IF
ref REF= i; o S= in1; o R= in1; a := b := c;
SUPER^(); SUPER^.Run(); THIS^.Meth(a := 1, b => x);
fbs[1].Run(); itf.Meth().Other(5).x := 3;
x := SEL(in1, 1, 2) + MAX(1,2,3); p := ADR(x); sz := SIZEOF(ST_A);
__TRY
   x := 1 / 0;
__CATCH(ex)
   x := 2;
__FINALLY
   x := 3;
__ENDTRY
IF __ISVALIDREF(ref) THEN ; END_IF
pt := __NEW(INT, 5); __DELETE(pt); ok := __QUERYINTERFACE(a, b);
x.3 := TRUE; y.0 := x.%X3; GVL.z.15 := FALSE; gvl.a[1].b^.c := 3;
CASE e OF E_State.Idle: x := 1; E_State.Run, E_State.Stop: x := 2; 16#10..16#20: ; -1: x := 3; A: ; END_CASE
FOR i := 10 TO 0 BY -1 DO CONTINUE; EXIT; END_FOR
lbl: x := 5; JMP lbl;
{IF defined (ABC)}
x := := ;
{ELSE}
x := 4;
{END_IF}
{warning 'todo'}
{region 'x'}
x := -(-5); y := NOT(a) AND NOT b; z := a MOD 2 = 0; x := a * -b; s1 := 'x' ; v := Color#Red;
t(IN := in1, PT := T#500ms); q := t.Q; f();
ACT_Do(); ACT_Do;
x := T#5s; x := TIME#-1.5s; x := t#1h30m; x := 5; x := 1_000; x := 16#dead_beef; x := BOOL#1;
END_FUNCTION_BLOCK
METHOD PROTECTED FINAL Meth : BOOL
VAR_INPUT a : INT; END_VAR
Meth := TRUE;
END_METHOD
PROPERTY PUBLIC Prop : INT
GET
VAR END_VAR
Prop := 5;
END_GET
SET
x := Prop;
END_SET
END_PROPERTY
ACTION ACT_Do:
x := 3;
END_ACTION
INTERFACE I_A EXTENDS I_B, I_C
METHOD Meth : BOOL
VAR_INPUT a : INT; END_VAR
METHOD Other
END_METHOD
PROPERTY P : INT
GET
END_GET
END_PROPERTY
END_INTERFACE
{attribute 'qualified_only'}
VAR_GLOBAL CONSTANT
    MAX : INT := 5;
END_VAR
VAR_GLOBAL PERSISTENT RETAIN
 a : INT;
END_VAR
"""

SCL = """\
FUNCTION_BLOCK "FB Motor 1"
TITLE = Motor's block "x"
{ S7_Optimized_Access := 'TRUE' }
AUTHOR : Meier
FAMILY : Drives
NAME : 'M1'
VERSION : 0.1
//comment
   VAR_INPUT
      start { ExternalAccessible := 'False'; ExternalVisible := 'False'} : Bool;   // start
      "my in" : Array[0.."MAX"] of Struct
         a : Int;
         b : Real := 1.5;
      END_STRUCT;
      data : Variant;
      s : String[20] := 'abc';
      par {InstructionName := 'TON_TIME'; LibVersion := '1.0'} : TON_TIME;
      t : S5Time := S5T#5s_100ms;
      w : Word := W#16#FF_00;
      d : DTL := DTL#1970-01-01-00:00:00;
      dd : Date_And_Time := DT#1990-01-01-00:00:00;
      p : Any;
      x : "UDT_Motor";
   END_VAR
   VAR_IN_OUT
      io : Array[*] of Int;
   END_VAR
   VAR RETAIN
      #odd : Int;
      arrView AT "my in" : Array[0..3] of Byte;
   END_VAR
   VAR DB_SPECIFIC
      q : Real;
   END_VAR
   VAR_TEMP
      i : Int;
   END_VAR
   VAR CONSTANT
      C_MAX : Int := 10;
      C_STATE : Int := 2#1010;
   END_VAR
BEGIN
   REGION Initial "values" - don't stop
      #i := 0; // x
   END_REGION Initial
   (/* multi
   lingual */)
   IF NOT #start AND (#q > 1.0E-3) THEN
      #i := #i + 1;
   ELSIF "DB_Global".flag.%X0 THEN
      "DB_Global".words[#i].%B1 := B#16#0F;
   END_IF;
   "IEC_Timer_0_DB".TON(IN := #start, PT := T#5S, Q => #x.run, ET => #x.time);
   #par(IN := #start, PT := T#1M_30S);
   "FC Calc"(in := 5, out => #q);
   #q := "FC Value"(a := #i, b := -1);
   CASE #i OF
      0:
         ;
      #C_STATE:  // st
         #i := 2;
      1..5, 7:
         #i := 3;
      "CONST_A", "CONST_B":
         #i := 4;
         GOTO lab;
      ELSE
         #i := 5;
   END_CASE;
   FOR #i := 0 TO #C_MAX BY 2 DO
      IF #i = 3 THEN CONTINUE; END_IF;
      "DB".arr[#i, 2].x := #"my in"[#i].a;
   END_FOR;
lab: #i := 1;
   WHILE #i < 5 DO #i += 1; END_WHILE;
   REPEAT #i := #i - 1; UNTIL #i <= 0 END_REPEAT;
   %M0.0 := TRUE; %MW10 := 16#FF; "Tag_1" := %I0.1 OR %DB1.DBX0.0;
   #w := %IW64:P;
   DB10.DBW0 := 5;
   M0.1 := I0.2;
   #ret := MOVE_BLK_VARIANT(SRC := #data, COUNT := 1, SRC_INDEX := 0, DEST_INDEX := 0, DEST => #x);
   #p := P#DB10.DBX0.0 BYTE 10;
   IF #a <> #b & NOT(#c) XOR #d THEN RETURN; END_IF;
   ENO := TRUE;
   #inst[#i](IN := TRUE);
   #inst[3].Q := FALSE;
   #x := #y ** 2 / #z MOD 3;
   #t := #a_real * 2.0 - ABS(#b);
   #ok := #OK;
END_FUNCTION_BLOCK

FUNCTION "calc" : Real
{ S7_Optimized_Access := 'TRUE' }
VERSION : 0.1
VAR_INPUT a : Real; END_VAR
BEGIN
 #calc := #a; "calc" := #a;
END_FUNCTION

TYPE "UDT_Motor"
VERSION : 0.1
   STRUCT
      run : Bool;   // run
      nested : Struct
         a : Int;
      END_STRUCT;
      arr : Array[1..2, 0..3] of "UDT_X";
   END_STRUCT;

END_TYPE

DATA_BLOCK "DB_Global"
{ S7_Optimized_Access := 'TRUE' }
VERSION : 0.1
NON_RETAIN
   VAR
      flag : Bool;
   END_VAR
   VAR RETAIN
      "odd name" : Int := 5;
   END_VAR

BEGIN
   flag := TRUE;
   arr[1].x := 5;
END_DATA_BLOCK

DATA_BLOCK "Inst"
{ S7_Optimized_Access := 'TRUE' }
"FB Motor 1"

BEGIN
END_DATA_BLOCK
DATA_BLOCK DB5
STRUCT
 a : INT;
END_STRUCT
BEGIN
a := 1;
END_DATA_BLOCK

ORGANIZATION_BLOCK "Main"
TITLE = "Main Program Sweep (Cycle)"
{ S7_Optimized_Access := 'TRUE' }
VERSION : 0.1
   VAR_TEMP
      Initial_Call : Bool;
   END_VAR

BEGIN
   "Inst"(start := "Tag");
END_ORGANIZATION_BLOCK
"""

CLASSIC = """\
FUNCTION_BLOCK FB20
VAR_INPUT
  ein : BOOL;
END_VAR
CONST
  MAX := 10;
  PI := 3.14;
END_CONST
VAR
  arr : ARRAY[0..MAX] OF REAL := 5(1.0), 6(2.0);
  str : STRING[10] := 'it''s';
END_VAR
LABEL
  L1, L2;
END_LABEL
VAR_TEMP i : INT; END_VAR
BEGIN
 FOR i := 0 TO MAX DO arr[i] := INT_TO_REAL(i); END_FOR;
 IF ein THEN GOTO L1; END_IF;
L1: ;
 i := WORD_TO_INT(IW4) + DB10.DW4;
 FC1(x := i);
 FB2.DB3(a := 1);
 CASE i OF 1 : i := 2; 2,3 : i := 3; ELSE: i := 4; END_CASE;
END_FUNCTION_BLOCK
"""

#: What the mutations start from.
LISTS = """\
FUNCTION_BLOCK Lists
VAR_INPUT a, b : BOOL; n, m : INT; END_VAR
VAR_OUTPUT q, r : BOOL; x : INT; END_VAR
VAR t : TON; c : CTU; END_VAR
start: LD a (* the first *)
ANDN b
OR( q
XORN r
)
ST q
STN r
S r
R q
LD n
ADD( m
MUL 2
)
ST x
GT 5
JMPCN other
LD TRUE
ST t.IN
CAL t(PT := T#2s, Q => q)
JMP ready
other:
LD x
LIMIT 0, 9
ST x
LIMIT(MN := 0, IN := x, MX := 3)
ST x
ready: LD a
CU c
CALC t(IN := b)
LD c.CV
LT 3
JMPC start
LDN a
RETC
INT_TO_REAL n
RET
END_FUNCTION_BLOCK
"""

SEEDS = (IEC, CODESYS, SCL, CLASSIC, LISTS)
