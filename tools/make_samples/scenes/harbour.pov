// A small harbour town on a clear morning. Invented; no place is meant.
// Units are metres, y is up, the camera looks along +z. `clock` (0 to 1) moves water, boats and birds for the video clip,
// whose frames are rendered with Film declared: a plain light for the sky then takes the place of radiosity.
#version 3.7;

global_settings {
  assumed_gamma 1.0
  max_trace_level 8
  #ifndef (Film)
    radiosity {
      pretrace_start 0.08
      pretrace_end 0.02
      count 90
      nearest_count 8
      error_bound 0.7
      recursion_limit 1
      low_error_factor 0.7
      brightness 0.85
      always_sample off
    }
  #end
}

#declare Phase = 2 * pi * clock;

camera {
  location <-9, 5.2, -31>
  look_at <2.2, 6.4, 10>
  right x * image_width / image_height
  angle 53
}

// ---- light and sky ---------------------------------------------------------------------------------------------

light_source {
  <-620, 420, -480>
  color srgb <1.0, 0.90, 0.74> * 1.62
  area_light <26, 0, 0>, <0, 26, 0>, 4, 4 adaptive 1 circular orient
}
#ifdef (Film)
  light_source { <100, 300, -100> color srgb <0.60, 0.70, 0.85> * 0.45 shadowless }
#end

sky_sphere {
  pigment {
    gradient y
    color_map {
      [0.00 srgb <0.96, 0.90, 0.82>]
      [0.10 srgb <0.80, 0.86, 0.91>]
      [0.32 srgb <0.50, 0.69, 0.87>]
      [1.00 srgb <0.20, 0.42, 0.72>]
    }
  }
  pigment {
    wrinkles
    turbulence 0.55
    octaves 7
    lambda 2.3
    color_map {
      [0.00 srgbt <1, 1, 1, 1>]
      [0.42 srgbt <1, 1, 1, 1>]
      [0.58 srgbt <1, 0.97, 0.92, 0.35>]
      [1.00 srgbt <1, 0.99, 0.97, 0.0>]
    }
    scale <0.85, 0.16, 0.6>
    translate <0.3, 0.03, 0.2>
  }
}

fog {
  distance 520
  color srgbt <0.74, 0.84, 0.92, 0.5>
}

// ---- water -----------------------------------------------------------------------------------------------------

plane {
  y, 0
  texture {
    pigment { color srgb <0.03, 0.26, 0.31> }
    normal {
      average
      normal_map {
        [1.0 bumps 0.30 scale <1.7, 1, 0.55> translate <0.5 * sin(Phase), 0, 1.2 * clock>]
        [0.8 bumps 0.22 scale <0.6, 1, 0.22> rotate y * 14 translate <0.4 * clock, 0, 0.6 * clock>]
        [0.6 bumps 0.30 scale <7, 1, 2.2> rotate y * -9 translate <1.5 * clock, 0, 0>]
      }
    }
    finish {
      ambient 0
      diffuse 0.45
      reflection { 0.02, 0.95 fresnel on }
      conserve_energy
      specular 0.35
      roughness 0.004
    }
  }
  interior { ior 1.33 }
}

// ---- the hill behind the town ----------------------------------------------------------------------------------

#declare Wave = function(x, y, z) { sin(x * 0.11 + 1.3) * cos(z * 0.09) + 0.5 * sin(x * 0.23 + z * 0.17) }
#declare Height = function(x, z) {
  max(0.8, 27 * exp(-(pow((x - 34) / 46, 2) + pow((z - 88) / 30, 2)))
    + 20 * exp(-(pow((x + 62) / 44, 2) + pow((z - 120) / 36, 2)))
    + 15 * exp(-(pow((x + 6) / 60, 2) + pow((z - 84) / 22, 2)))
    + 0.9 * Wave(x, 0, z) * (z > 40) - 1.2)
}

#declare Field = texture {
  pigment {
    bozo
    turbulence 0.4
    color_map {
      [0.0 srgb <0.32, 0.44, 0.21>]
      [0.5 srgb <0.45, 0.53, 0.26>]
      [0.8 srgb <0.58, 0.58, 0.31>]
      [1.0 srgb <0.66, 0.61, 0.38>]
    }
    scale <9, 9, 9>
  }
  normal { granite 0.35 scale 2 }
  finish { ambient 0 diffuse 0.8 }
}

#declare Reach = 240;
height_field {
  function 500, 500 { (Height((x - 0.5) * Reach, 40 + (1 - y) * Reach * 0.5)) / 64 }
  smooth
  translate <-0.5, 0, 0>
  scale <Reach, 64, Reach * 0.5>
  translate <0, 0, 40>
  texture { Field }
}

#macro Tree(P, Size, Dice)
  #local Green = srgb (<0.17, 0.30, 0.13> + <0.10, 0.09, 0.03> * rand(Dice));
  union {
    cylinder { 0, y * Size, Size * 0.08 pigment { color srgb <0.3, 0.22, 0.16> } }
    blob {
      threshold 0.4
      #for (N, 1, 11)
        sphere {
          <(rand(Dice) - 0.5) * Size * 0.95, Size * (0.75 + rand(Dice) * 0.85), (rand(Dice) - 0.5) * Size * 0.95>,
          Size * (0.36 + 0.24 * rand(Dice)), 1
        }
      #end
      pigment { granite scale Size * 0.7 color_map { [0 color Green * 0.62] [1 color Green * 1.5] } }
      normal { granite 0.9 scale Size * 0.45 }
    }
    finish { ambient 0 diffuse 0.8 }
    translate P
  }
#end

#declare Dice = seed(41);
#for (N, 1, 210)
  #local X = -95 + 190 * rand(Dice);
  #local Z = 54 + 48 * rand(Dice);
  #local Y = Height(X, Z);
  #if (Y > 2.5)
    Tree(<X, Y - 0.3, Z>, 1.7 + 1.7 * rand(Dice), Dice)
  #end
#end

// ---- quay ------------------------------------------------------------------------------------------------------

#declare Stone = texture {
  pigment {
    brick
    pigment { color srgb <0.42, 0.39, 0.35> },
    pigment { granite scale 1.6 color_map { [0 srgb <0.50, 0.47, 0.42>] [1 srgb <0.70, 0.66, 0.59>] } }
    brick_size <1.5, 0.55, 1.1>
    mortar 0.05
  }
  normal { granite 0.35 scale 0.5 }
  finish { ambient 0 diffuse 0.75 }
}

union {
  box { <-70, -2, 22>, <70, 1.45, 90> }
  box { <-70, 1.45, 21.9>, <70, 1.65, 22.7> }
  texture { Stone }
}

#for (N, -14, 14)
  union {
    cylinder { <0, 1.6, 0>, <0, 2.15, 0>, 0.16 }
    sphere { <0, 2.2, 0>, 0.22 }
    pigment { color srgb <0.13, 0.14, 0.15> }
    finish { ambient 0 diffuse 0.6 specular 0.3 }
    translate <N * 4.1 + 1, 0, 22.4>
  }
#end

#include "harbour-town.inc"

// ---- breakwater and lighthouse ---------------------------------------------------------------------------------

#declare Dice = seed(99);
union {
  #for (N, 1, 170)
    #local T = rand(Dice);
    sphere {
      0, 0.6 + 0.7 * rand(Dice)
      scale <1.2, 0.75 + 0.35 * rand(Dice), 1>
      rotate <360 * rand(Dice), 360 * rand(Dice), 0>
      translate <17.5 + T * 34, -0.1 + 0.9 * rand(Dice), 3.5 + 7 * T + (rand(Dice) - 0.5) * 3.4>
    }
  #end
  pigment { granite scale 3 color_map { [0 srgb <0.33, 0.31, 0.29>] [1 srgb <0.60, 0.57, 0.53>] } }
  normal { granite 0.8 scale 0.8 }
  finish { ambient 0 diffuse 0.8 }
}
box { <16, -1, -1.2>, <52, 1.35, 1.2> rotate y * -11.5 translate <1.2, 0, 0.6> texture { Stone } }

union {
  cylinder { <0, 0, 0>, <0, 1.7, 0>, 1.9 texture { Stone } }
  #local Bands = array[5] { srgb <0.95, 0.93, 0.89>, srgb <0.75, 0.19, 0.15>, srgb <0.95, 0.93, 0.89>, srgb <0.75, 0.19, 0.15>, srgb <0.95, 0.93, 0.89> }
  #for (N, 0, 4)
    cone {
      <0, 1.7 + N * 1.7, 0>, 1.25 - N * 0.1, <0, 1.7 + (N + 1) * 1.7, 0>, 1.25 - (N + 1) * 0.1
      pigment { color Bands[N] }
      finish { ambient 0 diffuse 0.8 }
    }
  #end
  cylinder { <0, 10.2, 0>, <0, 10.4, 0>, 1.15 texture { Trim } }
  #for (N, 0, 11)
    cylinder { <1.06, 10.4, 0>, <1.06, 11.0, 0>, 0.03 rotate y * N * 30 texture { Trim } }
  #end
  torus { 1.06, 0.035 translate y * 11 texture { Trim } }
  cylinder { <0, 10.4, 0>, <0, 11.7, 0>, 0.6 texture { Glass } }
  #for (N, 0, 5)
    cylinder { <0.61, 10.4, 0>, <0.61, 11.7, 0>, 0.045 rotate y * N * 60 texture { Trim } }
  #end
  cone { <0, 11.7, 0>, 0.85, <0, 12.6, 0>, 0.08 pigment { color srgb <0.75, 0.19, 0.15> } finish { ambient 0 diffuse 0.8 specular 0.2 } }
  sphere { <0, 12.7, 0>, 0.14 texture { Trim } }
  box { <-0.4, 1.7, -1.32>, <0.4, 3.3, -0.6> pigment { color srgb <0.25, 0.33, 0.38> } finish { ambient 0 } }
  translate <18.4, 0.7, 3.6>
}

#include "harbour-boats.inc"

#macro Afloat(P, Turn, Swing)
  rotate <1.6 * sin(Phase + Swing), 0, 0.9 * cos(Phase + Swing)>
  rotate y * Turn
  translate P + y * 0.05 * sin(Phase + Swing)
#end

object { Trawler(srgb <0.16, 0.36, 0.52>) Afloat(<-15.5, 0, 15.5>, -8, 0) }
object { Yacht(srgb <0.95, 0.94, 0.91>, srgb <0.16, 0.27, 0.45>) Afloat(<-3.6, 0, 13>, 172, 1) }
object { Yacht(srgb <0.15, 0.22, 0.34>, srgb <0.66, 0.22, 0.18>) Afloat(<7.5, 0, 17>, 6, 2) }
object { Yacht(srgb <0.62, 0.16, 0.14>, srgb <0.92, 0.90, 0.84>) Afloat(<20, 0, 18.4>, -176, 3) }
object { Trawler(srgb <0.24, 0.45, 0.33>) Afloat(<-29, 0, 18>, 180, 4) }
object { Dinghy(srgb <0.88, 0.62, 0.20>) Afloat(<-11.2, 0, -9.5>, 28, 5) }
object { Dinghy(srgb <0.93, 0.92, 0.88>) Afloat(<-1.2, 0, 1.2>, -22, 6) }
object { Sloop(srgb <0.93, 0.91, 0.87>) Afloat(<5.4 + 1.4 * clock, 0, -1.5>, 12, 0.6) }

// Mooring buoys
#declare Buoys = array[3] { <-7.4, 0, -7.4>, <1.6, 0, 2.8>, <-18, 0, 5> }
#for (N, 0, 2)
  sphere { Buoys[N] + y * (0.1 + 0.04 * sin(Phase + N)), 0.32 pigment { color srgb <0.90, 0.38, 0.14> } finish { ambient 0 diffuse 0.8 specular 0.3 } }
#end
cylinder { <-7.5, 0.25, -7.4>, <-9.75, 0.62, -8.75>, 0.02 texture { Rope } }

// ---- gulls -----------------------------------------------------------------------------------------------------

#macro Gull(P, Size, Flap)
  union {
    sphere { 0, 1 scale <0.10, 0.10, 0.30> }
    #for (S, -1, 1, 2)
      sphere_sweep {
        b_spline, 6,
        <0, 0, 0>, 0.07, <0, 0, 0>, 0.07, <S * 0.35, 0.16 + 0.16 * sin(Flap), 0>, 0.05,
        <S * 0.75, 0.12 + 0.26 * sin(Flap), -0.06>, 0.035, <S * 1.1, 0.04 + 0.3 * sin(Flap), -0.16>, 0.015, <S * 1.3, 0.3 * sin(Flap), -0.2>, 0.008
        scale <1, 1, 1.8>
      }
    #end
    pigment { color srgb <0.96, 0.96, 0.95> }
    finish { ambient 0 diffuse 0.9 }
    scale Size
    rotate <0, 50, 12>
    translate P
  }
#end
Gull(<-2.5 - 3 * clock, 11.2, -6>, 0.65, 3 * Phase)
Gull(<1.2 - 3 * clock, 12.4, -2>, 0.65, 3 * Phase + 2)
Gull(<-12 - 2 * clock, 14.6, 4>, 0.7, 3 * Phase + 4)
