// A cottage garden in the afternoon: a stone path through flower beds to a rose arch. Units are metres.
#version 3.7;

global_settings {
  assumed_gamma 1.0
  max_trace_level 6
}

camera {
  location <0.5, 1.62, -5.4>
  look_at <0.12, 1.12, 4>
  right x * image_width / image_height
  angle 56
}

light_source { <-60, 62, -34> color srgb <1.0, 0.93, 0.78> * 1.6 area_light x * 3, z * 3, 3, 3 adaptive 1 }
// What the sky adds from all around; radiosity would say it better, but takes an hour among so many leaves.
light_source { <30, 80, -50> color srgb <0.66, 0.76, 0.92> * 0.42 shadowless }

sky_sphere {
  pigment { gradient y color_map { [0 srgb <0.90, 0.92, 0.92>] [0.25 srgb <0.62, 0.77, 0.91>] [1 srgb <0.25, 0.48, 0.80>] } }
  pigment {
    wrinkles
    turbulence 0.6
    color_map { [0 srgbt <1, 1, 1, 1>] [0.48 srgbt <1, 1, 1, 1>] [0.75 srgbt <1, 1, 1, 0.15>] [1 srgbt <1, 1, 1, 0>] }
    scale <0.7, 0.2, 0.5>
  }
}

#declare Dice = seed(2024);
#macro Any(A, B) (A + (B - A) * rand(Dice)) #end

#declare Matte = finish { ambient 0.11 diffuse 0.8 }
#declare Leafy = finish { ambient 0.11 diffuse 0.85, 0.5 specular 0.1 roughness 0.08 }

#include "garden-plants.inc"

// ---- ground: lawn, beds and path ---------------------------------------------------------------------------------

// The middle of the path, and half its width with the beds beside it.
#declare Middle = function(z) { 0.55 * sin(z * 0.42 + 0.5) - 0.25 }

plane {
  y, 0
  pigment { bozo scale 0.5 turbulence 0.5 color_map { [0 srgb <0.26, 0.40, 0.15>] [1 srgb <0.38, 0.52, 0.20>] } }
  finish { Matte }
}

#for (N, 1, 1500)
  #local Z = -4.6 + 17 * pow(rand(Dice), 1.4);
  #local X = Any(-7, 7) * (0.65 + 0.09 * (Z + 4));
  #local Off = abs(X - Middle(Z));
  #if (Off < 0.62 | Off > 1.95)
    object { Turf scale <0.30, Any(0.35, 0.75), 0.30> rotate y * Any(0, 360) translate <X, 0, Z> Greenery(srgb <0.30, 0.47, 0.16>, srgb <0.52, 0.66, 0.27>, 0.6) }
  #end
#end

#for (N, 0, 21)
  #local Z = -4.2 + N * 0.66;
  superellipsoid {
    <0.55, 0.35>
    scale <Any(0.36, 0.44), 0.05, Any(0.24, 0.28)>
    rotate y * Any(-14, 14)
    translate <Middle(Z) + Any(-0.06, 0.06), 0.055, Z>
    pigment { granite scale 0.5 color_map { [0 srgb <0.50, 0.47, 0.43>] [1 srgb <0.80, 0.76, 0.69>] } translate N * 3 }
    normal { granite 0.25 scale 0.3 }
    finish { Matte }
  }
#end

// Earth under the beds
#for (Side, -1, 1, 2)
  #for (N, 0, 40)
    #local Z = -4.8 + N * 0.4;
    sphere { 0, 1 scale <0.72, 0.09, 0.5> translate <Middle(Z) + Side * 1.3, 0, Z> pigment { granite scale 0.2 color_map { [0 srgb <0.20, 0.14, 0.10>] [1 srgb <0.36, 0.27, 0.19>] } } finish { Matte } }
  #end
#end

#for (Side, -1, 1, 2)
  #local Kind = (Side > 0 ? 3 : 0);
  #for (N, 0, 28)
    #local Z = -3.9 + N * 0.42;
    #for (Row, 0, 2)
      #if (abs(Z - 5.2) > 0.45 & Z + 0.5 * Row > -1.9)
        object {
          Stands[mod(int(Kind + N * 2.6 + Row * 4), 9)]
          scale (0.72 + 0.30 * Row) * Any(0.9, 1.1)
          rotate y * Any(0, 360)
          translate <Middle(Z) + Side * (0.82 + 0.44 * Row) + Any(-0.08, 0.08), 0.05, Z + Any(-0.12, 0.12)>
        }
      #end
    #end
    // low shrubs behind the flowers
    #if (mod(N, 2) = 0)
      object {
        Ball
        scale <Any(0.34, 0.5), Any(0.30, 0.55), Any(0.34, 0.5)>
        rotate y * Any(0, 360)
        translate <Middle(Z) + Side * Any(2.15, 2.5), 0.28, Z>
        Greenery(srgb <0.16, 0.32, 0.13>, srgb <0.36, 0.53, 0.22>, 0.3)
      }
    #end
  #end
#end

// ---- the rose arch -----------------------------------------------------------------------------------------------

#declare White_Paint = texture { pigment { color srgb <0.94, 0.93, 0.89> } finish { Matte } }
#declare Petals = array[3] { srgb <0.93, 0.52, 0.58>, srgb <0.96, 0.72, 0.72>, srgb <0.86, 0.34, 0.44> }
#declare Arch_Z = 5.2;
union {
  #for (Depth, -1, 1, 2)
    #for (Side, -1, 1, 2) cylinder { <Side * 0.95, 0, Depth * 0.32>, <Side * 0.95, 1.75, Depth * 0.32>, 0.035 } #end
    #for (N, 0, 17)
      #local A = radians(N * 10); #local B = radians(N * 10 + 10);
      cylinder { <0.95 * cos(A), 1.75 + 0.75 * sin(A), Depth * 0.32>, <0.95 * cos(B), 1.75 + 0.75 * sin(B), Depth * 0.32>, 0.035 }
    #end
  #end
  #for (N, 0, 5)
    #for (Side, -1, 1, 2) cylinder { <Side * 0.95, 0.25 + N * 0.3, -0.32>, <Side * 0.95, 0.25 + N * 0.3, 0.32>, 0.018 } #end
  #end
  #for (N, 1, 8)
    #local A = radians(N * 20);
    cylinder { <0.95 * cos(A), 1.75 + 0.75 * sin(A), -0.32>, <0.95 * cos(A), 1.75 + 0.75 * sin(A), 0.32>, 0.018 }
  #end
  texture { White_Paint }
  translate <Middle(Arch_Z), 0, Arch_Z>
}
#macro On_Arch(T)
  // T runs from 0, the right foot, to 1, the left foot
  #if (T < 0.33) #local P = <0.95, 5.3 * T, 0>;
  #else #if (T > 0.67) #local P = <-0.95, 5.3 * (1 - T), 0>;
  #else #local A = pi * (T - 0.33) / 0.34; #local P = <0.95 * cos(A), 1.75 + 0.75 * sin(A), 0>; #end #end
  (P + <Middle(Arch_Z), 0, Arch_Z>)
#end
#for (N, 1, 58)
  #local T = pow(rand(Dice), 0.9);
  object {
    Ball
    scale Any(0.15, 0.25)
    rotate y * Any(0, 360)
    translate On_Arch(T) + <Any(-0.14, 0.14), Any(-0.08, 0.14), Any(-0.4, 0.35)>
    Greenery(srgb <0.15, 0.33, 0.12>, srgb <0.34, 0.54, 0.20>, 0.2)
  }
#end
#for (N, 1, 120)
  object {
    Rose(Petals[int(rand(Dice) * 2.999)])
    scale Any(0.050, 0.085)
    rotate <Any(-100, -30), Any(-50, 50), 0>
    translate On_Arch(rand(Dice)) + <Any(-0.26, 0.26), Any(-0.16, 0.26), Any(-0.62, -0.34)>
  }
#end

// ---- a bird bath beside the path, hedge and trees behind ----------------------------------------------------------

union {
  lathe {
    cubic_spline 12,
    <0, 0>, <0.30, 0>, <0.31, 0.08>, <0.18, 0.16>, <0.11, 0.36>, <0.10, 0.62>, <0.16, 0.78>, <0.42, 0.90>, <0.47, 0.97>, <0.42, 0.98>, <0.2, 0.90>, <0, 0.88>
    pigment { granite scale 0.4 color_map { [0 srgb <0.58, 0.55, 0.50>] [1 srgb <0.82, 0.79, 0.72>] } }
    normal { granite 0.15 scale 0.2 }
    finish { Matte }
  }
  cylinder { <0, 0.93, 0>, <0, 0.945, 0>, 0.36 pigment { color srgb <0.30, 0.42, 0.46> } finish { ambient 0.11 diffuse 0.4 reflection 0.35 } }
  translate <2.72, 0, 1.9>
}

#for (N, -16, 16)
  #if (abs(N * 0.58 - Middle(9.2)) > 0.95)
  #for (Row, 0, 2)
    object {
      Ball
      scale <0.62, 0.5, 0.55>
      rotate y * Any(0, 360)
      translate <N * 0.58 + Any(-0.1, 0.1), 0.4 + Row * 0.55, 9.2 + Any(-0.12, 0.12)>
      Greenery(srgb <0.22, 0.40, 0.17>, srgb <0.40, 0.58, 0.25>, 0.35)
    }
  #end
  #end
#end

#macro Tree(P, Height, Wide, Dark, Light)
  cylinder { P, P + y * Height * 0.6, Height * 0.035 pigment { color srgb <0.33, 0.25, 0.18> } normal { granite 0.5 scale 0.2 } finish { Matte } }
  #for (N, 1, 22)
    #local Up = rand(Dice);
    object {
      Crown
      scale Wide * Any(0.20, 0.34) * <1, 0.8, 1>
      rotate y * Any(0, 360)
      translate P + <Any(-0.62, 0.62) * Wide * (1.05 - 0.75 * Up), Height * (0.42 + 0.52 * Up), Any(-0.5, 0.5) * Wide * (1.05 - 0.75 * Up)>
      Greenery(Dark, Light, 0.5)
    }
  #end
#end
Tree(<-5.4, 0, 11.5>, 5.6, 3.2, srgb <0.28, 0.46, 0.18>, srgb <0.52, 0.67, 0.28>)
Tree(<4.6, 0, 13>, 6.4, 3.6, srgb <0.34, 0.50, 0.18>, srgb <0.62, 0.72, 0.30>)
Tree(<-1.4, 0, 16>, 6.0, 3.4, srgb <0.36, 0.50, 0.22>, srgb <0.62, 0.70, 0.36>)
Tree(<9.2, 0, 12>, 5.2, 3.0, srgb <0.26, 0.44, 0.20>, srgb <0.48, 0.63, 0.28>)
Tree(<-9.6, 0, 14>, 6.4, 3.6, srgb <0.30, 0.47, 0.20>, srgb <0.55, 0.66, 0.30>)
