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

// ---- houses ----------------------------------------------------------------------------------------------------

#declare Glass = texture {
  pigment { color srgb <0.10, 0.14, 0.18> }
  finish { ambient 0 diffuse 0.4 reflection { 0.08, 0.5 } specular 0.5 roughness 0.01 }
}
#declare Trim = texture { pigment { color srgb <0.93, 0.91, 0.86> } finish { ambient 0 diffuse 0.8 } }

#macro Window(P, W, H)
  union {
    difference {
      box { <-W / 2 - 0.11, -0.11, -0.09>, <W / 2 + 0.11, H + 0.11, 0.05> }
      box { <-W / 2, 0, -0.2>, <W / 2, H, 0.2> }
    }
    box { <-0.03, 0, -0.05>, <0.03, H, 0.05> }
    box { <-W / 2, H * 0.55 - 0.03, -0.05>, <W / 2, H * 0.55 + 0.03, 0.05> }
    box { <-W / 2 - 0.2, -0.2, -0.2>, <W / 2 + 0.2, -0.09, 0.05> }
    texture { Trim }
    translate P
  }
  box { <-W / 2, 0, -0.012>, <W / 2, H, 0.04> texture { Glass } translate P }
#end

// A gabled house whose front face lies in the plane z = P.z; W wide, Floors high.
#macro House(P, W, Floors, Wall, Roof, Gable, Dice)
  #local D = 7;
  #local F = 2.75;
  #local H = F * Floors + 0.4;
  #local Rise = W * 0.42;
  #local Columns = max(2, int(W / 1.9));
  union {
    #if (Gable)
      prism {
        linear_sweep 0, D, 6, <-W / 2, 0>, <W / 2, 0>, <W / 2, H>, <0, H + Rise>, <-W / 2, H>, <-W / 2, 0>
        rotate x * -90 scale <1, 1, -1>
        texture { pigment { granite scale 3 color_map { [0 color Wall * 0.86] [1 color Wall * 1.04] } } finish { ambient 0 diffuse 0.8 } }
      }
      #for (S, -1, 1, 2)
        box {
          <-0.12, 0, -0.35>, <sqrt(pow(W / 2, 2) + Rise * Rise) + 0.45, 0.22, D + 0.3>
          rotate z * -degrees(atan2(Rise, W / 2))
          translate y * (H + Rise + 0.02)
          scale <S, 1, 1>
          texture {
            pigment { gradient x frequency 3.2 triangle_wave color_map { [0 color Roof * 0.68] [0.6 color Roof] [1 color Roof * 1.08] } }
            finish { ambient 0 diffuse 0.75 }
          }
        }
      #end
      Window(<0, H + Rise * 0.16, 0>, 0.8, 1.05)
    #else
      box {
        <-W / 2, 0, 0>, <W / 2, H, D>
        texture { pigment { granite scale 3 color_map { [0 color Wall * 0.86] [1 color Wall * 1.04] } } finish { ambient 0 diffuse 0.8 } }
      }
      prism {
        linear_sweep -W / 2 - 0.3, W / 2 + 0.3, 4, <-0.55, 0>, <D + 0.4, 0>, <D / 2, 2.4>, <-0.55, 0>
        // the sweep runs along y: turn it to run along x, with the profile's second axis up
        matrix <0, 0, 1, 1, 0, 0, 0, 1, 0, 0, H, 0>
        texture {
          pigment { gradient y frequency 3 triangle_wave color_map { [0 color Roof * 0.68] [0.6 color Roof] [1 color Roof * 1.08] } }
          finish { ambient 0 diffuse 0.75 }
        }
      }
      box { <-W / 2 - 0.15, H - 0.25, -0.16>, <W / 2 + 0.15, H, 0> texture { Trim } }
    #end
    #local CX = W * (0.18 + 0.1 * rand(Dice));
    box { <CX, H, D * 0.45>, <CX + 0.75, H + 3.5, D * 0.6> pigment { color srgb <0.55, 0.36, 0.29> } finish { ambient 0 } }
    box { <CX - 0.08, H + 3.5, D * 0.45 - 0.08>, <CX + 0.83, H + 3.68, D * 0.6 + 0.08> texture { Trim } }
    #local Door = int(rand(Dice) * Columns);
    #for (C, 0, Columns - 1)
      #local X = -W / 2 + W * (C + 0.5) / Columns;
      #for (R, 0, Floors - 1)
        #if (R = 0 & C = Door)
          #local Paint = srgb <0.12 + 0.35 * rand(Dice), 0.18 + 0.18 * rand(Dice), 0.20 + 0.20 * rand(Dice)>;
          box { <X - 0.62, 0, -0.09>, <X + 0.62, 2.4, 0> texture { Trim } }
          box { <X - 0.5, 0, -0.12>, <X + 0.5, 2.25, 0> pigment { color Paint } finish { ambient 0 diffuse 0.7 specular 0.15 } }
        #else
          Window(<X, 0.95 + R * F, 0>, 0.95, 1.45)
        #end
      #end
    #end
    translate P
  }
#end

#declare Walls = array[8] {
  srgb <0.86, 0.47, 0.36>, srgb <0.93, 0.80, 0.55>, srgb <0.56, 0.70, 0.74>, srgb <0.92, 0.89, 0.82>,
  srgb <0.80, 0.60, 0.42>, srgb <0.62, 0.72, 0.58>, srgb <0.90, 0.66, 0.58>, srgb <0.42, 0.55, 0.66>
}
#declare Roofs = array[3] { srgb <0.66, 0.33, 0.24>, srgb <0.57, 0.30, 0.23>, srgb <0.36, 0.37, 0.40> }

#declare Dice = seed(7);
#local X = -44;
#local N = 0;
#while (X < 46)
  #local W = 4.4 + 2.6 * rand(Dice);
  #local Floors = 2 + (rand(Dice) > 0.42);
  House(<X + W / 2, 1.45, 27 + 0.5 * rand(Dice)>, W, Floors, Walls[mod(N * 3 + 1, 8)], Roofs[mod(N, 3)], (rand(Dice) > 0.4), Dice)
  #local X = X + W + 0.02 + (rand(Dice) > 0.82) * 1.6;
  #local N = N + 1;
#end

// A second row, higher up the slope.
#declare Dice = seed(23);
#local X = -40;
#local N = 0;
#while (X < 52)
  #local W = 4.6 + 2.4 * rand(Dice);
  #local Y = 5 + 1.6 * sin(X * 0.13) + 1.5 * rand(Dice);
  box { <X - 1.5, 0, 40>, <X + W + 1.5, Y + 0.1, 60> texture { Field } }
  House(<X + W / 2, Y, 41 + 4 * rand(Dice)>, W, 2, Walls[mod(N * 5 + 3, 8)], Roofs[mod(N + 1, 3)], (rand(Dice) > 0.5), Dice)
  #local X = X + W + 0.6 + 5 * rand(Dice);
  #local N = N + 1;
#end

// Church tower
union {
  box { <-2, 0, 0>, <2, 15, 4> pigment { granite scale 4 color_map { [0 srgb <0.80, 0.77, 0.70>] [1 srgb <0.90, 0.87, 0.80>] } } }
  box { <-2.25, 14.6, -0.25>, <2.25, 15.1, 4.25> texture { Trim } }
  box { <-0.45, 11, -0.05>, <0.45, 13.2, 0.2> pigment { color srgb <0.16, 0.16, 0.18> } }
  cylinder { <0, 8.6, -0.12>, <0, 8.6, 0.2>, 1.05 pigment { color srgb <0.16, 0.20, 0.30> } }
  cylinder { <0, 8.6, -0.16>, <0, 8.6, 0.2>, 0.9 texture { Trim } }
  cylinder { <0, 8.6, -0.2>, <0.48, 9.0, -0.2>, 0.07 pigment { color srgb <0.12, 0.12, 0.14> } }
  cylinder { <0, 8.6, -0.2>, <-0.12, 7.9, -0.2>, 0.07 pigment { color srgb <0.12, 0.12, 0.14> } }
  cone { <0, 15.1, 2>, 2.5, <0, 22.5, 2>, 0.04 pigment { color srgb <0.34, 0.47, 0.45> } }
  cylinder { <0, 22.4, 2>, <0, 23.6, 2>, 0.05 pigment { color srgb <0.8, 0.7, 0.4> } }
  finish { ambient 0 diffuse 0.8 }
  translate <-7, 5.5, 48>
}

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

// ---- boats -----------------------------------------------------------------------------------------------------

// Half-breadth of a hull of length 2 (u from -1, stern, to 1, bow) at height v (0 keel, 1 rail).
#declare Breadth = function(u, v) { (1 - pow(max(0, (u + 0.25) / 1.25), 2.2)) * (0.86 + 0.14 * min(1, u + 1.6)) * pow(v, 0.42 + 0.25 * max(0, u)) }
#declare Sheer = function(u) { 0.16 * u * u + 0.10 * u }

#macro Hull(L, B, H, Paint, Strip)
  #local NU = 22;
  #local NV = 9;
  #macro At(I, J)
    #local U = -1 + 2 * I / NU;
    #local V = max(0.0001, J / NV);
    <L / 2 * (U + 0.10 * V * (U > 0) * U), H * (V * (1 + Sheer(U)) - 0.38), B / 2 * Breadth(U, V)>
  #end
  #for (S, -1, 1, 2)
    mesh {
      #for (I, 0, NU - 1)
        #for (J, 0, NV - 1)
          #local A = At(I, J); #local C = At(I + 1, J); #local E = At(I + 1, J + 1); #local G = At(I, J + 1);
          triangle { A, C, E }
          triangle { A, E, G }
        #end
      #end
      scale <1, 1, S>
      texture {
        pigment {
          gradient y
          color_map { [0.0 color srgb <0.36, 0.10, 0.09>] [0.16 color srgb <0.36, 0.10, 0.09>] [0.16 color Paint] [1.0 color Paint] }
          scale H * 1.6
          translate y * -0.22
        }
        finish { ambient 0 diffuse 0.75 specular 0.25 roughness 0.02 }
      }
    }
    // rail
    sphere_sweep {
      linear_spline, NU + 1,
      #for (I, 0, NU) At(I, NV), 0.055 #end
      scale <1, 1, S>
      pigment { color Strip }
      finish { ambient 0 diffuse 0.8 }
    }
  #end
  // transom and deck
  mesh {
    #for (J, 0, NV - 1)
      #local A = At(0, J); #local E = At(0, J + 1);
      triangle { A, E, E * <1, 1, -1> }
      triangle { A, A * <1, 1, -1>, E * <1, 1, -1> }
    #end
    #for (I, 0, NU - 1)
      #local A = At(I, NV - 1); #local E = At(I + 1, NV - 1);
      triangle { A, E, E * <1, 1, -1> }
      triangle { A, A * <1, 1, -1>, E * <1, 1, -1> }
    #end
    pigment { gradient z frequency 5 triangle_wave color_map { [0 srgb <0.48, 0.36, 0.24>] [0.15 srgb <0.72, 0.56, 0.39>] [1 srgb <0.76, 0.60, 0.42>] } }
    finish { ambient 0 diffuse 0.75 }
  }
#end

#declare Wood = texture { pigment { color srgb <0.58, 0.40, 0.24> } finish { ambient 0 diffuse 0.75 specular 0.2 } }
#declare Rope = texture { pigment { color srgb <0.22, 0.22, 0.22> } finish { ambient 0 } }
#declare Canvas = texture { pigment { color srgb <0.95, 0.93, 0.87> } finish { ambient 0 diffuse 0.85 } }

#macro Yacht(Paint, Cover)
  union {
    Hull(8.2, 2.7, 1.75, Paint, srgb <0.60, 0.42, 0.26>)
    superellipsoid { <0.5, 0.35> scale <1.75, 0.33, 0.8> translate <0.1, 1.15, 0> pigment { color srgb <0.95, 0.94, 0.9> } finish { ambient 0 diffuse 0.8 } }
    #for (S, -1, 1, 2)
      #for (N, 0, 2) box { <-1.0 + N * 0.8, 1.12, S * 0.79>, <-0.5 + N * 0.8, 1.3, S * 0.81> texture { Glass } } #end
    #end
    cylinder { <0.9, 0.9, 0>, <0.9, 10.6, 0>, 0.075 texture { Trim } }
    cylinder { <0.9, 2.2, 0>, <-2.7, 2.3, 0>, 0.07 texture { Trim } }
    sphere_sweep { linear_spline, 4, <0.8, 2.42, 0>, 0.2, <-0.4, 2.46, 0>, 0.23, <-1.6, 2.45, 0>, 0.19, <-2.6, 2.4, 0>, 0.1 pigment { color Cover } finish { ambient 0 } }
    cylinder { <0.9, 10.5, 0>, <4.3, 1.35, 0>, 0.02 texture { Rope } }
    cylinder { <0.9, 10.5, 0>, <-4.0, 1.1, 0>, 0.02 texture { Rope } }
    #for (S, -1, 1, 2)
      cylinder { <0.9, 10.2, 0>, <0.8, 1.1, S * 1.25>, 0.018 texture { Rope } }
      cylinder { <0.9, 6.4, 0>, <0.9, 6.4, S * 0.7>, 0.03 texture { Trim } }
    #end
    finish { ambient 0 }
  }
#end

#macro Trawler(Paint)
  union {
    Hull(9.2, 3.5, 2.2, Paint, srgb <0.93, 0.91, 0.85>)
    box { <0.6, 1.0, -1.0>, <2.5, 3.3, 1.0> pigment { color srgb <0.94, 0.92, 0.86> } }
    box { <0.35, 3.3, -1.2>, <2.8, 3.45, 1.2> pigment { color srgb <0.70, 0.33, 0.22> } }
    #for (S, -1, 1, 2)
      box { <0.85, 2.2, S * 1.0>, <1.45, 2.95, S * 1.02> texture { Glass } }
      box { <1.65, 2.2, S * 1.0>, <2.3, 2.95, S * 1.02> texture { Glass } }
    #end
    box { <2.49, 2.2, -0.85>, <2.52, 2.95, 0.85> texture { Glass } }
    cylinder { <0.4, 1, 0>, <0.4, 6.2, 0>, 0.09 texture { Wood } }
    cylinder { <0.4, 2.4, 0>, <-3.2, 4.9, 0>, 0.07 texture { Wood } }
    cylinder { <0.4, 6.1, 0>, <-3.2, 4.9, 0>, 0.02 texture { Rope } }
    cylinder { <0.4, 6.1, 0>, <4.4, 2.1, 0>, 0.02 texture { Rope } }
    box { <-2.8, 1.0, -0.7>, <-1.2, 1.6, 0.7> texture { Wood } }
    cylinder { <-3.6, 1.0, -0.5>, <-3.6, 1.9, -0.5>, 0.35 pigment { color srgb <0.88, 0.55, 0.18> } }
    #for (N, 0, 3) torus { 0.28, 0.11 rotate x * 90 translate <-2.4 + N * 1.3, 0.95, -1.72> pigment { color srgb <0.85, 0.42, 0.16> } } #end
    finish { ambient 0 diffuse 0.8 }
  }
#end

#macro Dinghy(Paint)
  union {
    Hull(3.4, 1.4, 0.85, Paint, srgb <0.62, 0.44, 0.28>)
    box { <-0.9, 0.44, -0.6>, <-0.6, 0.5, 0.6> texture { Wood } }
    box { <0.3, 0.44, -0.6>, <0.6, 0.5, 0.6> texture { Wood } }
    cylinder { <-1.5, 0.55, 0.3>, <1.0, 0.62, 0.45>, 0.035 texture { Wood } }
  }
#end

// A sloop under sail: sails are slices of large ellipsoids, so that they belly.
#macro Sail(A, C, E, Belly)
  mesh {
    #local K = 12;
    #macro On(I, J)
      #local P = A + (C - A) * (I / K) + (E - C) * (J / K);
      (P + z * Belly * 6.5 * (I / K) * (1 - I / K) * (0.35 + 2.2 * (J / K) * max(0, I - J) / K))
    #end
    #for (I, 0, K - 1)
      #for (J, 0, I)
        triangle { On(I, J), On(I + 1, J), On(I + 1, J + 1) }
        #if (J < I) triangle { On(I, J), On(I + 1, J + 1), On(I, J + 1) } #end
      #end
    #end
    texture { Canvas }
    double_illuminate
  }
#end

#macro Sloop(Paint)
  union {
    Hull(7, 2.3, 1.5, Paint, srgb <0.60, 0.42, 0.26>)
    superellipsoid { <0.5, 0.35> scale <1.3, 0.28, 0.65> translate <0.3, 0.98, 0> pigment { color srgb <0.95, 0.94, 0.9> } }
    cylinder { <0.7, 0.8, 0>, <0.7, 9.6, 0>, 0.07 texture { Wood } }
    cylinder { <0.7, 1.7, 0>, <-3.0, 1.75, 0.3>, 0.06 texture { Wood } }
    Sail(<0.6, 9.4, 0>, <0.6, 1.8, 0>, <-2.9, 1.85, 0.3>, 0.4)
    Sail(<0.8, 8.3, 0>, <3.5, 1.15, 0>, <0.9, 1.6, 0.25>, 0.4)
    finish { ambient 0 diffuse 0.8 }
  }
#end

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
