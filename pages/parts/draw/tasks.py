"""What the Draw page lets people try, and where to read on."""

TRY = """
1. Draw a 4 stroke by stroke. After which stroke does the path first turn to the 4?
2. Load *4 or 9*. How often does the head change its digit before it comes to rest?
3. Load *scribble*. It settles just as well: **convergence is not confidence**.
4. Set the start to *random* under More and change the seed. Where does the path end each time?
5. Change the solver to Picard. How many evaluations does the ODE spend for the same equilibrium?
6. Loosen the tolerance to 1e-1. Does the answer change? What did the last decimals buy?
"""
READ = """
* Bai, Kolter, Koltun: *Deep equilibrium models* (2019). The network as a fixed point.
* Chen, Rubanova, Bettencourt, Duvenaud: *Neural ordinary differential equations* (2018).
* Pal, Edelman, Rackauckas: *Continuous deep equilibrium models* (2023). The steady state of an ODE.
* Dormand, Prince: *A family of embedded Runge–Kutta formulae* (1980). The solver dopri5.
* Anderson: *Iterative procedures for nonlinear integral equations* (1965).

Example strokes: Alpaydin and Alimoglu, *Pen-based recognition of handwritten digits* (1998),
CC BY 4.0.
"""
